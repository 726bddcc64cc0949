"""Do pictures and texts find each other as well when both are stored? Captioned photographs.

    python -m benchmarks.text_search PHOTOS CAPTIONS.csv [--model DIR_OR_NAME]

PHOTOS is a folder or a tar of pictures; the CSV has a file column and a caption column, with
several rows a picture. Asked are text → image (each caption, its photograph), image → text (each
photograph, one of its captions) and text → text (each caption, another one of the same photograph,
itself left out): is it among the ten best? First where one kind is alone (pictures indexed without
captions; texts compared by hand), then through a generation that stores both. Below it what a
single ranking of both kinds would give: by plain cosine, with each kind's mean taken off, and with
cosines standardised for each kind; of its ten places, how many go to the kind that is wanted?
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.photos import photo_folder
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.manifests import read_manifest
from indexer.progress import SilentProgress
from indexer.searcher import Searcher
from models.config import ModelConfig
from models.encoder import Embeddings, Encoder
from models.evaluation.intervals import mean_intervals
from models.loading import load_encoder, model_key

TOP_K = 10
Hits = NDArray[np.bool_]


def main() -> None:
    """Index the photographs twice, without and with captions, and ask both ways."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path)
    parser.add_argument("--model", default="builtin")
    options = parser.parse_args()
    model = ModelConfig(options.model)
    encoder = load_encoder(model)
    with tempfile.TemporaryDirectory() as scratch:
        folder = photo_folder(options.photos, Path(scratch) / "photos")
        captions = _write_manifest(options.captions, folder)
        config = IndexConfig(Path(scratch) / "data", "both", thumbnails=False)
        alone = replace(config, collection="alone", embed_captions=False)
        seconds = {}
        for each in (alone, config):
            started_s = time.perf_counter()
            index_collection(
                each,
                [folder / "manifest.jsonl"],
                model_key=model_key(model),
                load_encoder=lambda: encoder,
                progress=SilentProgress(),
            )
            seconds[each.collection] = time.perf_counter() - started_s
        _report(alone, config, encoder, captions)
        print(f"indexing: {seconds['alone']:.0f} s without captions, {seconds['both']:.0f} s with")


def _write_manifest(captions: Path, folder: Path) -> dict[str, list[str]]:
    by_file: dict[str, list[str]] = {}
    for row in read_manifest(str(captions)):
        by_file.setdefault(row.file, []).extend(row.captions)
    several = {name: words for name, words in by_file.items() if len(words) > 1}
    with (folder / "manifest.jsonl").open("w", encoding="utf-8") as manifest:
        for name, words in several.items():
            manifest.write(json.dumps({"file": name, "captions": words}) + "\n")
    return several


def _report(
    alone: IndexConfig, both: IndexConfig, encoder: Encoder, captions: dict[str, list[str]]
) -> None:
    pairs = [(name, text) for name, texts in captions.items() for text in dict.fromkeys(texts)]
    texts = encoder.encode_text([text for _, text in pairs])  # (t, dim)
    owner = np.array([list(captions).index(name) for name, _ in pairs])  # (t,)
    without, searcher = Searcher.open(alone), Searcher.open(both)
    items = {item.path.name: item for item in searcher.sample(10**9, 0)}
    names = [name for name in captions if name in items]
    images = searcher.embeddings([items[name] for name in names])  # (p, dim)
    print(f"{len(names)} photographs, {len(pairs)} captions, recall@{TOP_K}:")
    print(f"  {'':14} alone{'':21} both stored{'':15} difference")
    ways = {
        "text → image": (_pictures(without, texts, pairs), _pictures(searcher, texts, pairs)),
        "image → text": (_by_hand(images, texts, owner), _texts(searcher, images, captions)),
        "text → text": (_others_by_hand(texts, owner), _others(searcher, texts, pairs, captions)),
    }
    for way, (one, other) in ways.items():
        gap = other.astype(float) - one.astype(float)
        print(f"  {way:14} {_interval(one)}   {_interval(other)}   {_interval(gap)}")
    _mixed(images, texts, owner)
    without.close()
    searcher.close()


def _pictures(searcher: Searcher, texts: Embeddings, pairs: list[tuple[str, str]]) -> Hits:
    found = searcher.search(texts, TOP_K)
    return np.array(
        [
            any(hit.item.path.name == name for hit in hits)
            for (name, _), hits in zip(pairs, found, strict=True)
        ]
    )


def _by_hand(images: Embeddings, texts: Embeddings, owner: NDArray[np.int64]) -> Hits:
    best = np.argsort(-(images @ texts.T), axis=1)[:, :TOP_K]  # (p, k)
    return np.array((owner[best] == np.arange(len(images))[:, None]).any(axis=1))


def _texts(searcher: Searcher, images: Embeddings, captions: dict[str, list[str]]) -> Hits:
    return np.array(
        [
            any(hit.text in own for hit in searcher.captions.search(image[None, :], TOP_K))
            for image, own in zip(images, captions.values(), strict=True)
        ]
    )


def _others_by_hand(texts: Embeddings, owner: NDArray[np.int64]) -> Hits:
    scores = texts @ texts.T
    np.fill_diagonal(scores, -2)
    best = np.argsort(-scores, axis=1)[:, :TOP_K]
    return np.array((owner[best] == owner[:, None]).any(axis=1))


def _others(
    searcher: Searcher,
    texts: Embeddings,
    pairs: list[tuple[str, str]],
    captions: dict[str, list[str]],
) -> Hits:
    found = []
    for (name, text), embedding in zip(pairs, texts, strict=True):
        hits = searcher.captions.search(embedding[None, :], TOP_K + 1)
        others = [hit.text for hit in hits if hit.text != text][:TOP_K]
        found.append(any(other in captions[name] for other in others))
    return np.array(found)


def _mixed(images: Embeddings, texts: Embeddings, owner: NDArray[np.int64]) -> None:
    """One ranking of both kinds, asked with captions for pictures and the other way round."""
    print(
        f"one ranking of both kinds: recall@{TOP_K} of the wanted kind, and its places of {TOP_K}"
    )
    stored = np.concatenate([images, texts])
    is_text = np.arange(len(stored)) >= len(images)
    centred = np.concatenate([_unit(kind - kind.mean(axis=0)) for kind in (images, texts)])
    for name, space in (("cosine", stored), ("mean taken off", centred), ("standardised", stored)):
        pictures, words = space[: len(images)], space[len(images) :]
        line = []
        for queries, wanted, own in (
            (words, ~is_text, np.concatenate([np.arange(len(images)), -np.ones(len(texts))])),
            (pictures, is_text, np.concatenate([-np.ones(len(images)), owner])),
        ):
            scores = queries @ space.T  # (q, p + t)
            if name == "standardised":
                for kind in (is_text, ~is_text):
                    part = scores[:, kind]
                    scores[:, kind] = (part - part.mean(axis=1, keepdims=True)) / part.std(
                        axis=1, keepdims=True
                    )
            itself = np.arange(len(queries)) + (len(images) if queries is words else 0)
            scores[np.arange(len(queries)), itself] = -np.inf
            best = np.argsort(-scores, axis=1)[:, :TOP_K]
            answer = owner if queries is words else np.arange(len(images))
            hit = (own[best] == answer[:, None]).any(axis=1)
            line.append(f"{hit.mean():6.1%} ({wanted[best].sum(axis=1).mean():.1f} places)")
        print(f"  {name:16} text → image {line[0]}   image → text {line[1]}")


def _unit(rows: NDArray[np.float32]) -> Embeddings:
    unit: Embeddings = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _interval(values: NDArray[np.generic]) -> str:
    """A mean in percent with its 95 % interval, questions drawn again."""
    (interval,) = mean_intervals(values.astype(float)[:, None], np.arange(len(values)))
    return f"{interval.value:6.1%} ({interval.low:6.1%} to {interval.high:6.1%})"


if __name__ == "__main__":
    main()
