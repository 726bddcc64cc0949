"""Near duplicates with the built-in model: copies of drawings are found, other drawings are not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageEnhance

from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.duplicates.finding import find_duplicates
from indexer.duplicates.listing import list_groups
from indexer.duplicates.records import Mode
from indexer.duplicates.store import DuplicateStore
from indexer.progress import SilentProgress
from indexer.searcher import Searcher
from models.config import ModelConfig
from models.encoder import Encoder
from models.loading import model_key

if TYPE_CHECKING:
    from tests.integration.conftest import IndexedGallery

DRAWINGS = 24
MOST_LOST = 2  # of as many copies: one that the model sees otherwise is no broken search


def _copy(drawing: Path, target: Path, number: int) -> None:
    """A worse file of a drawing: smaller, recompressed, and a little brighter or cropped."""
    picture = Image.open(drawing).convert("RGB")
    if number % 2:
        picture = ImageEnhance.Brightness(picture).enhance(1.1)
    else:
        picture = picture.crop((4, 4, picture.width - 4, picture.height - 4))
    picture.resize((picture.width * 2 // 3, picture.height * 2 // 3)).save(target, quality=60)


def test_bad_copies_of_drawings_are_near_duplicates_and_other_drawings_are_not(
    gallery: IndexedGallery, encoder: Encoder, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, item in enumerate(sorted(gallery.items, key=lambda item: item.uri)[:DRAWINGS]):
        suffix = item.path.suffix
        (folder / f"{number:02}-drawing{suffix}").write_bytes(item.path.read_bytes())
        _copy(item.path, folder / f"{number:02}-copy.jpg", number)
    config = IndexConfig(tmp_path / "data")
    index_collection(
        config,
        [folder],
        model_key=model_key(ModelConfig()),
        load_encoder=lambda: encoder,
        progress=SilentProgress(),
    )
    with closing(DuplicateStore(config)) as store, closing(Searcher.open(config)) as searcher:
        find_duplicates(config, store, Mode.NEAR)
        page = list_groups(store, searcher, Mode.NEAR, 2 * DRAWINGS)
    assert page is not None
    for group in page.groups:
        best, copy = (member.item.path.name for member in group.members)
        assert (best[2:10], copy[2:]) == ("-drawing", "-copy.jpg")
        assert best[:2] == copy[:2]
    assert len(page.groups) >= DRAWINGS - MOST_LOST
