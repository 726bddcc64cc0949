"""A collection of drawings and of bad copies of them, for the tests of duplicates."""

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageEnhance

from indexer.duplicates.finding import find_duplicates
from indexer.duplicates.grouping import NearLimits
from indexer.duplicates.listing import list_groups
from indexer.duplicates.records import Group, GroupPage, Mode
from indexer.duplicates.store import DuplicateStore
from indexer.searcher import Searcher
from tests.indexer.workbench import Workbench

EVERYTHING = 1_000


def draw_scene(number: int, size: tuple[int, int] = (240, 180)) -> Image.Image:
    """A picture of coloured patches, unlike that of any other number."""
    rng = random.Random(number)
    cells = Image.new("RGB", (8, 6))
    for x in range(8):
        for y in range(6):
            cells.putpixel((x, y), tuple(rng.randrange(256) for _ in range(3)))
    return cells.resize(size, Image.Resampling.BICUBIC)


class Album(Workbench):
    """A workbench whose pictures have copies."""

    def put(self, name: str, picture: Image.Image, **options: Any) -> Path:
        """Save a picture under a name that says the format."""
        path = self.pictures / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, **options)
        return path

    def put_scene_with_copies(self, number: int) -> None:
        """A picture, its bytes again, its pixels in another format, and three bad copies."""
        scene = draw_scene(number)
        data = self.put(f"{number}-best.png", scene).read_bytes()
        (self.pictures / f"{number}-bytes.png").write_bytes(data)
        self.put(f"{number}-pixels.bmp", scene)
        self.put(f"{number}-small.jpg", scene.resize((120, 90)), quality=80)
        self.put(f"{number}-poor.jpg", scene, quality=25)
        self.put(f"{number}-light.jpg", ImageEnhance.Brightness(scene).enhance(1.1), quality=90)

    @contextmanager
    def opened(self) -> Iterator[tuple[DuplicateStore, Searcher]]:
        """The store and the current generation."""
        with (
            closing(DuplicateStore(self.config)) as store,
            closing(Searcher.open(self.config)) as s,
        ):
            yield store, s

    def find(self, mode: Mode, limits: NearLimits | None = None) -> list[list[str]]:
        """Look for duplicates. Returns the groups as file names, the best first."""
        with closing(DuplicateStore(self.config)) as store:
            find_duplicates(self.config, store, mode, limits)
        return [names_of(group) for group in self.page(mode, decided_too=True).groups]

    def page(self, mode: Mode, *, decided_too: bool = False) -> GroupPage:
        """Everything that is listed."""
        with self.opened() as (store, searcher):
            page = list_groups(store, searcher, mode, EVERYTHING, decided_too=decided_too)
        assert page is not None
        return page

    def ids(self, *names: str) -> list[str]:
        """The ids of files."""
        items = self.items()
        return [items[name].image_id for name in names]


def names_of(group: Group) -> list[str]:
    """The file names of a group's pictures, in order."""
    return [member.item.path.name for member in group.members]
