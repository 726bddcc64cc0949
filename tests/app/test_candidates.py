"""Exclusion, feedback and diversity over a real index, each held against a naive version."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.candidates import Embedded, aim, rank
from app.diversity import DEPTH
from app.exclusion import PICTURE_SPREADS, WORD_MARGIN
from app.feedback import BETA, GAMMA
from app.query import ItemTerm, Query, TextTerm
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.filters.parsing import parse_filter
from indexer.progress import SilentProgress
from indexer.ranking import Mode
from indexer.searcher import Searcher
from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder

PICTURES = 260
ENCODER = FakeEncoder()


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Pictures of two halves of random colours, most of them reddish."""
    folder = tmp_path_factory.mktemp("colours")
    rng = np.random.default_rng(3)
    for number in range(PICTURES):
        halves = rng.integers(0, 256, (2, 3), dtype=np.uint8)
        halves[:, 0] |= 128
        file = io.BytesIO()
        Image.fromarray(np.repeat(halves[None], 2, axis=0)).save(file, "PNG")
        (folder / f"{number:03}.png").write_bytes(file.getvalue())
    config = IndexConfig(Path(tmp_path_factory.mktemp("data")), "colours", thumbnails=False)
    index_collection(
        config,
        [folder],
        model_key="fake",
        load_encoder=lambda: ENCODER,
        progress=SilentProgress(),
    )
    searcher = Searcher.open(config)
    yield searcher
    searcher.close()


def _embedded(searcher: Searcher, query: Query) -> Embedded:
    def rows(terms: tuple[TextTerm | ItemTerm, ...]) -> Embeddings:
        parts = [
            ENCODER.encode_text([term.text])
            if isinstance(term, TextTerm)
            else searcher.embedding(term.image_id)
            for term in terms
        ]
        return np.concatenate(parts) if parts else np.empty((0, 32), np.float32)

    def examples(ids: tuple[str, ...]) -> Embeddings:
        return rows(tuple(ItemTerm(image_id) for image_id in ids))

    return Embedded(
        query.terms,
        rows(query.terms),  # type: ignore[arg-type]
        rows(query.exclude),  # type: ignore[arg-type]
        examples(query.like),
        examples(query.dislike),
        ENCODER.info.logit_scale,
    )


def _all(searcher: Searcher) -> tuple[list[str], Embeddings]:
    items = sorted(searcher.sample(PICTURES, 0), key=lambda item: item.image_id)
    return [item.image_id for item in items], searcher.embeddings(items)


def _found(searcher: Searcher, query: Query) -> list[str]:
    hits = rank(searcher, query, _embedded(searcher, query))(query.top_k)
    return [hit.item.image_id for hit in hits]


def _place_with_most_neighbours(pictures: Embeddings) -> int:
    scores = pictures @ pictures.T
    near = scores > scores.mean(axis=1) + PICTURE_SPREADS * scores.std(axis=1)
    return int(near.sum(axis=0).argmax())


def test_exclusions_leave_out_exactly_what_the_naive_rule_leaves_out(searcher: Searcher):
    ids, pictures = _all(searcher)
    place = _place_with_most_neighbours(pictures)
    example = ids[place]
    exclude = (TextTerm("purple"), ItemTerm(example))
    query = Query((TextTerm("red"),), PICTURES, "colours", exclude=exclude)
    words = ENCODER.encode_text(["purple"])[0]
    likelihood = np.exp(20.0 * (pictures @ words).astype(np.float64))
    to_words = np.log(likelihood / likelihood.mean()) > WORD_MARGIN
    scores = pictures @ pictures[place]
    to_example = (scores - scores.mean()) / scores.std() > PICTURE_SPREADS
    out = to_words | to_example
    assert np.count_nonzero(to_words) > 10
    assert np.count_nonzero(to_example) > 1
    red = pictures @ ENCODER.encode_text(["red"])[0]
    order = [ids[number] for number in np.argsort(-red) if not out[number]]
    found = _found(searcher, query)
    assert found == order
    assert example not in found


@pytest.mark.parametrize("mode", [Mode.VECTOR, Mode.HYBRID])
def test_excluded_pictures_are_made_up_for_by_others_while_any_remain(
    searcher: Searcher, mode: Mode
):
    query = Query((TextTerm("red"),), 20, "colours", mode=mode, exclude=(TextTerm("red"),), like=())
    assert len(_found(searcher, query)) == 20
    width = parse_filter("width = 2")
    filtered = Query(query.terms, 20, "colours", width, exclude=query.exclude)
    assert _found(searcher, filtered) == _found(
        searcher, Query(query.terms, 20, "colours", exclude=query.exclude)
    )


def test_feedback_moves_the_aim_and_what_is_disliked_never_comes_back(searcher: Searcher):
    ids, pictures = _all(searcher)
    plain = Query((TextTerm("red"),), 30, "colours")
    best = _found(searcher, plain)
    like, dislike = (best[3], best[9]), (best[0],)
    query = Query(plain.terms, PICTURES, "colours", like=like, dislike=dislike)
    rows = {image_id: pictures[ids.index(image_id)] for image_id in (*like, *dislike)}
    naive = ENCODER.encode_text(["red"])[0] - GAMMA * rows[best[0]]
    naive = naive + BETA * (rows[best[3]] + rows[best[9]]) / 2
    direction = aim(searcher, query, _embedded(searcher, query))[0]
    np.testing.assert_allclose(direction, naive / np.linalg.norm(naive), atol=1e-6)
    found = _found(searcher, query)
    assert len(found) == PICTURES - 1
    assert best[0] not in found
    alone = Query((), 5, "colours", like=(best[3],))
    assert _found(searcher, alone)[0] == best[3]


@pytest.mark.parametrize("diversity", [0.3, 1.0])
def test_diversity_reorders_the_best_as_naive_mmr_does(searcher: Searcher, diversity: float):
    plain = Query((TextTerm("red"),), PICTURES, "colours")
    hits = rank(searcher, plain, _embedded(searcher, plain))(PICTURES)
    query = Query(plain.terms, PICTURES, "colours", diversity=diversity)
    vectors = searcher.embeddings([hit.item for hit in hits[:DEPTH]]).astype(np.float64)
    similar = vectors @ vectors.T
    scores = np.array([hit.score for hit in hits[:DEPTH]])
    scores = (scores - scores.min()) / (scores.max() - scores.min())
    chosen: list[int] = []
    while len(chosen) < DEPTH:
        values = {
            place: (1 - diversity) * scores[place]
            - diversity * (similar[place, chosen].max() if chosen else 0)
            for place in range(DEPTH)
            if place not in chosen
        }
        chosen.append(max(values, key=lambda place: (values[place], -place)))
    naive = [hits[place].item.image_id for place in chosen]
    naive += [hit.item.image_id for hit in hits[DEPTH:]]
    found = _found(searcher, query)
    assert found == naive
    for k in (1, 10, DEPTH, DEPTH + 20):  # so that pages can follow each other
        shorter = Query(plain.terms, k, "colours", diversity=diversity)
        assert _found(searcher, shorter) == found[:k]
