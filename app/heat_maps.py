"""Where in a picture is what was asked for: the picture's cells, remembered, against the question.

Never parses requests, and never draws: `models.heat_maps` does.
"""

from app.failures import FileGoneError
from app.fusion import fuse
from app.live import Pair
from app.picture_files import is_on_disk, read_original
from app.query import Term
from app.state import ServiceState
from app.stopwatch import Stopwatch
from app.term_embeddings import embed_terms
from indexer.catalog.records import Item
from indexer.originals import Originals
from models.config import DecodeLimits
from models.encoder import Encoder
from models.errors import ImageDecodeError, NoCellsError
from models.heat_maps import CellEncoder, Cells, heat_map, overlay_png
from models.images import decode_image

LONG_SIDE_PIXELS = 512  # of a map: cells are much larger than its pixels already


def encode_cells(encoder: Encoder, originals: Originals, item: Item, limits: DecodeLimits) -> Cells:
    """The cells of an indexed picture; for a thread.

    Raises NoCellsError for a model that has none, FileGoneError, StoreUnreachableError.
    """
    if not isinstance(encoder, CellEncoder):
        raise NoCellsError(encoder.info.model_name)
    data = read_original(originals, item, limits)
    try:
        image = decode_image(data, limits, min_side=encoder.info.image_size)
    except ImageDecodeError as error:
        raise FileGoneError(item.image_id, f"has changed ({error.reason})") from error
    return encoder.encode_cells(image)


async def draw_heat_map(
    state: ServiceState, pair: Pair, item: Item, terms: tuple[Term, ...], watch: Stopwatch
) -> bytes:
    """A PNG of where the question's terms are in a picture.

    Raises NoCellsError, FileGoneError, StoreUnreachableError, NullQueryError and what embedding
    the terms raises.
    """
    engine, searcher = pair.engine, pair.searcher
    embeddings = await embed_terms(state, pair, terms, watch)
    direction = fuse(embeddings, [term.weight for term in terms])
    cells = engine.cells.get(item.content_hash)
    if cells is None:
        threads = state.classify if is_on_disk(item) else state.fetch
        limits = state.settings.file_limits()
        cells = await threads.run(encode_cells, engine.encoder, searcher.originals, item, limits)
        engine.cells.keep(item.content_hash, cells)
    names = None if engine.relevance is None else engine.relevance.names
    longest = max(item.width, item.height)
    size = [max(1, round(side * LONG_SIDE_PIXELS / longest)) for side in (item.width, item.height)]
    return await state.decode.run(overlay_png, heat_map(cells, direction, names), *size)
