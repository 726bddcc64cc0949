"""A question → texts: captions of the collection, or a vocabulary's. Timed, off the event loop.

Texts have an index of their own, and scores of their own: those of a picture to texts lie far below
those of a text to texts, so the two kinds of hit are never mixed. Never parses requests.
"""

from app.asking import embed
from app.candidates import Embedded, aim
from app.live import Pair
from app.pictures import picture
from app.query import Query
from app.state import ServiceState
from app.stopwatch import Stopwatch
from app.text_ranking import rank_texts
from app.text_schemas import TextHit, TextSearchAnswer, TextTookMs
from app.vocabulary_shelf import VocabularyShelf
from indexer.searcher import Searcher


async def answer_texts(
    state: ServiceState, pair: Pair, query: Query, watch: Stopwatch
) -> TextSearchAnswer:
    """The texts nearest to a question.

    Raises what embedding raises, NullQueryError, CaptionsNotEmbeddedError and what is wrong with a
    vocabulary.
    """
    embedded = await embed(state, pair, query, watch)
    with watch.step("search"):
        hits = await state.lookup.run(
            find_texts, state.vocabularies, pair.searcher, query, embedded
        )
    return TextSearchAnswer(
        collection=query.collection,
        generation=pair.searcher.record.generation,
        target=query.target,
        vocabulary=query.vocabulary,
        hits=hits,
        kept_pictures=list(embedded.kept_pictures) if query.keep_pictures else None,
        took_ms=TextTookMs(
            decode=watch.ms("decode"),
            encode=watch.ms("encode"),
            search=watch.ms("search"),
            total=watch.total_ms(),
        ),
    )


def find_texts(
    shelf: VocabularyShelf, searcher: Searcher, query: Query, embedded: Embedded
) -> list[TextHit]:
    """The best texts of an embedded question; for a thread that may wait."""
    direction = aim(searcher, query, embedded)  # (1, dim)
    if query.vocabulary is not None:
        vocabulary = shelf.open(query.vocabulary, searcher.record.fingerprint)
        words = rank_texts(
            lambda top_k: vocabulary.search(direction, top_k),
            lambda hits: vocabulary.embeddings([hit.place for hit in hits]),
            lambda: vocabulary.background,
            query,
            embedded,
        )
        return [TextHit(text=hit.text, score=hit.score) for hit in words(query.top_k)]
    texts = searcher.captions
    captions = rank_texts(
        lambda top_k: texts.search(direction, top_k, query.filter),
        lambda hits: texts.embeddings([hit.text_id for hit in hits]),
        lambda: texts.background,
        query,
        embedded,
    )
    return [
        TextHit(
            text=hit.text,
            score=hit.score,
            picture=picture(hit.item, query.collection),
            picture_count=hit.picture_count,
        )
        for hit in captions(query.top_k)
    ]
