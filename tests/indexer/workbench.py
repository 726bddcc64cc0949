"""What the indexer's tests share: a folder of pictures, a collection, an encoder that counts.

Real SQLite, real FAISS, real JPEGs; only the model is a weight-free one.
"""

import colorsys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.builder import index_collection
from indexer.catalog.records import Item, SkippedFile
from indexer.config import IndexConfig
from indexer.generation import open_reader, verify_generation
from indexer.progress import IndexSummary, SilentProgress
from indexer.searcher import Searcher
from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder
from models.images import DecodedImage, decode_image

EVERYTHING = 1_000_000


class CountingEncoder(FakeEncoder):
    """Counts what it is asked for."""

    def __init__(self, dim: int = 32, seed: int = 0) -> None:
        super().__init__(dim, seed)
        self.prepared = 0
        self.encoded = 0

    def prepare_image(self, image: DecodedImage) -> NDArray[np.uint8]:
        self.prepared += 1
        return super().prepare_image(image)

    def encode_prepared(self, prepared: NDArray[np.uint8]) -> Embeddings:
        self.encoded += len(prepared)
        return super().encode_prepared(prepared)


def draw_picture(path: Path, number: int, size: tuple[int, int] = (40, 30)) -> Path:
    """A JPEG unlike that of any other number: four cells of four hues."""
    rng = np.random.default_rng(number)
    cells = [colorsys.hsv_to_rgb(h, 0.9, 0.9) for h in rng.random(4)]
    pixels = (np.array(cells).reshape(2, 2, 3) * 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST).save(path, "JPEG", quality=90)
    return path


@dataclass
class Workbench:
    """A collection under test."""

    home: Path
    encoder: CountingEncoder = field(default_factory=CountingEncoder)
    model_key: str = "fake"
    loads: int = 0

    def __post_init__(self) -> None:
        self.pictures = self.home / "pictures"
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.config = IndexConfig(self.home / "data", batch_size=8, decode_workers=2)

    def draw(self, *names: str) -> None:
        """Pictures of these names, each with contents of its own."""
        for name in names:
            draw_picture(self.pictures / name, number=zlib.crc32(name.encode()))

    def index(self, *sources: str | Path, **options: Any) -> IndexSummary:
        """Index the sources, or the folder of pictures."""
        return index_collection(
            self.config,
            sources or [self.pictures],
            model_key=self.model_key,
            load_encoder=self._load,
            progress=options.pop("progress", SilentProgress()),
            **options,
        )

    def index_known(self, **options: Any) -> IndexSummary:
        """Index without naming a source."""
        return index_collection(
            self.config,
            [],
            model_key=self.model_key,
            load_encoder=self._load,
            progress=SilentProgress(),
            **options,
        )

    def items(self) -> dict[str, Item]:
        """All items of the current generation, by file name."""
        searcher = Searcher.open(self.config)
        try:
            return {item.path.name: item for item in searcher.sample(EVERYTHING, 0)}
        finally:
            searcher.close()

    def by_uri(self) -> dict[str, Item]:
        """All items of the current generation, wherever they lie."""
        searcher = Searcher.open(self.config)
        try:
            return {item.uri: item for item in searcher.sample(EVERYTHING, 0)}
        finally:
            searcher.close()

    def skipped(self) -> dict[str, SkippedFile]:
        """All files on record as not indexed, by file name."""
        searcher = Searcher.open(self.config)
        try:
            return {
                skipped.uri.rpartition("/")[2]: skipped for skipped in searcher.skipped(EVERYTHING)
            }
        finally:
            searcher.close()

    def finds(self, name: str) -> str:
        """The name of the picture that is nearest to a picture's own embedding."""
        searcher = Searcher.open(self.config)
        try:
            embedding = searcher.embedding(self.items()[name].image_id)
            return searcher.search(embedding, 1)[0][0].item.path.name
        finally:
            searcher.close()

    def assert_whole(self) -> None:
        """See that every picture on disk is indexed once, with its own embedding, and no other."""
        files = sorted(path for path in self.pictures.rglob("*.jpg"))
        searcher = Searcher.open(self.config)
        try:
            items = sorted(searcher.sample(EVERYTHING, 0), key=lambda item: item.path)
            assert [item.path for item in items] == files
            assert len({item.image_id for item in items}) == len(items)
            assert len({item.item_id for item in items}) == len(items)
            images = [decode_image(path.read_bytes()) for path in files]
            expected = FakeEncoder().encode_image(images)  # (n, dim)
            stored = np.concatenate([searcher.embedding(item.image_id) for item in items])
            np.testing.assert_allclose(stored, expected, atol=1e-6)
            found = searcher.search(expected, 1)
            np.testing.assert_allclose([hits[0].score for hits in found], 1.0, atol=1e-5)
        finally:
            searcher.close()
        reader = open_reader(self.config)
        try:
            number = verify_generation(self.config, reader)
            kept = {f"{record.generation:06d}" for record in reader.generations()}
        finally:
            reader.close()
        assert number == max(int(name) for name in kept)
        assert {path.name for path in self.config.generations_dir().iterdir()} == kept

    def forget_counts(self) -> None:
        """Count from zero again."""
        self.loads = self.encoder.prepared = self.encoder.encoded = 0

    def _load(self) -> CountingEncoder:
        self.loads += 1
        return self.encoder


def brute_force(embeddings: Embeddings, queries: Embeddings, top_k: int) -> Sequence[Sequence[int]]:
    """The rows of the nearest embeddings, found the slow way."""
    return [
        sorted(range(len(embeddings)), key=lambda row: -float(embeddings[row] @ query))[:top_k]
        for query in queries
    ]
