"""A real gallery, indexed by the real pipeline with the built-in model, made once a run."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from indexer.builder import index_collection
from indexer.catalog.records import Item
from indexer.config import IndexConfig
from indexer.gallery.generate import generate_gallery
from indexer.progress import SilentProgress
from indexer.searcher import Searcher
from models.config import ModelConfig
from models.encoder import Embeddings, Encoder
from models.loading import load_encoder, model_key
from tests.sharing import made_once

PICTURES = 160


@dataclass(frozen=True, slots=True)
class IndexedGallery:
    """A served collection and everything that was measured on the way."""

    directory: Path
    searcher: Searcher
    items: tuple[Item, ...]
    images: Embeddings  # (n, dim), in the order of items


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The built-in model as users get it."""
    return load_encoder(ModelConfig())


@pytest.fixture(scope="session")
def gallery(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, encoder: Encoder
) -> IndexedGallery:
    """Drawn and indexed once a run, copied and opened."""
    made = made_once(
        tmp_path_factory, worker_id, "indexed-gallery", lambda folder: _index(folder, encoder)
    )
    directory = tmp_path_factory.mktemp("gallery")
    shutil.copytree(made, directory, dirs_exist_ok=True)
    searcher = Searcher.open(_config(directory))
    items = tuple(searcher.sample(PICTURES, seed=0))
    images = np.concatenate([searcher.embedding(item.image_id) for item in items])
    return IndexedGallery(directory, searcher, items, images)


def _config(directory: Path) -> IndexConfig:
    return IndexConfig(directory / "data", embed_captions=False)


def _index(directory: Path, encoder: Encoder) -> None:
    manifest = generate_gallery(directory / "pictures", count=PICTURES, seed=1)
    summary = index_collection(
        _config(directory),
        [manifest],
        model_key=model_key(ModelConfig()),
        load_encoder=lambda: encoder,
        progress=SilentProgress(),
    )
    assert (summary.new, summary.skipped) == (PICTURES, 0)
