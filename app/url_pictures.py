"""Pictures that a body names by URL: fetched between checking the body and making sense of it, so
that nothing behind this step knows where a picture came from. Calls out through `app.fetch` alone.
"""

import asyncio
from collections.abc import Callable, Iterator

from pydantic import BaseModel

from app.failures import InvalidRequestError
from app.fetch.fetcher import FetchRules, PictureFetcher
from app.schemas import ImageRef
from app.settings import Settings

MAX_URLS = 8  # of one request: each may take as long as all together may


def picture_fetcher(settings: Settings, tell: Callable[[str], None]) -> PictureFetcher:
    """A fetcher with the rules of the settings; `tell` hears how each fetch ended."""
    return PictureFetcher(
        FetchRules(
            on=settings.fetch == "public",
            hosts=settings.fetched_hosts(),
            ports=settings.fetched_ports(),
            timeout_s=settings.fetch_timeout_s,
            max_bytes=settings.max_upload_bytes,
        ),
        tell=tell,
    )


async def fetch_pictures(fetcher: PictureFetcher, body: BaseModel) -> None:
    """Give every picture of the body that is named by URL its bytes. Raises FetchError's kinds,
    OverloadedError, and InvalidRequestError for too many.
    """
    named = [image for image in _images(body) if image.url is not None]
    files = await fetch_all(fetcher, [image.url or "" for image in named])
    for image, data in zip(named, files, strict=True):
        image.keep(data)


async def fetch_all(fetcher: PictureFetcher, urls: list[str]) -> list[bytes]:
    """The bytes behind each URL, fetched at the same time; if one fails, all do."""
    if len(urls) > MAX_URLS:
        raise InvalidRequestError(f"at most {MAX_URLS} pictures by URL in one request")
    tasks = [asyncio.ensure_future(fetcher.fetch(url)) for url in urls]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()


def _images(value: object) -> Iterator[ImageRef]:
    if isinstance(value, ImageRef):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _images(getattr(value, name))
    elif isinstance(value, list):
        for one in value:
            yield from _images(one)
