"""Pictures by URL: what is fetched, what is refused, and that nothing forbidden is ever connected
to, counted where sockets connect.
"""

import asyncio
import ipaddress

import pytest

from app.failures import OverloadedError
from app.fetch import fetcher as fetching
from app.fetch.failures import (
    FetchError,
    FetchOffError,
    UrlRefusedError,
    UrlTooLargeError,
    UrlTooSlowError,
    UrlUnreachableError,
)
from app.fetch.fetcher import FetchRules, PictureFetcher
from app.fetch.plain_urls import plain_url
from app.fetch.reach import Reach, is_public
from tests.app.fetch.far_side import BENIGN, PICTURE, FarSide, connections, fetcher_for
from tests.app.fetch.hostile_urls import ADDRESSES, NAMES, hostile_urls

HOST = "photos.example.com"


def _outcome(path: str, names=None, **rules):
    """What becomes of a path of the far side: the bytes or the error, and what it was asked."""

    async def story():
        async with FarSide().running() as far:
            url = f"http://{HOST}:{far.port}/{path}".replace("PORT", str(far.port))
            try:
                return await fetcher_for(far.port, names, **rules).fetch(url), far.requests
            except (FetchError, OverloadedError) as error:
                return error, far.requests

    return asyncio.run(story())


def test_hostile_urls_are_at_least_a_hundred_and_all_different():
    urls = hostile_urls(1)
    assert len(set(urls)) == len(urls) >= 100


def test_hostile_urls_are_refused_without_a_connection():
    async def story():
        names = {name: [answers] for name, answers in NAMES.items()}
        async with FarSide().running("127.0.0.1") as far:
            fetcher = fetcher_for(far.port, names)
            fetched = []
            for url in hostile_urls(far.port):
                try:
                    await fetcher.fetch(url)
                    fetched.append(url)
                except (UrlRefusedError, UrlUnreachableError):
                    pass
            return fetched, far.requests

    with connections() as made:
        assert asyncio.run(story()) == ([], [])
    assert made == []


def test_redirects_to_hostile_urls_are_refused_without_a_connection():
    async def story():
        async with FarSide().running() as far:
            names = {name: [answers] for name, answers in NAMES.items()}
            fetcher = fetcher_for(far.port, names)
            fetched = []
            urls = [url for url in hostile_urls(far.port) if url.isascii() and url.isprintable()]
            # A redirect may be relative, so what is a plain path or a query there is none of these.
            urls = [url for url in urls if ":" in url.partition("/")[0] or url.startswith("//")]
            for url in urls:
                try:
                    await fetcher.fetch(
                        f"http://{HOST}:{far.port}/to/302/" + url.replace("#", "%23")
                    )
                    fetched.append(url)
                except (UrlRefusedError, UrlUnreachableError):
                    pass
            return fetched, len(urls), far.port

    with connections() as made:
        fetched, tried, port = asyncio.run(story())
    assert (fetched, tried > 100) == ([], True)
    assert {address for (address,) in made} <= {(BENIGN, port)}


def test_picture_is_fetched_by_name_and_nothing_else_is_told():
    data, requests = _outcome("picture")
    assert data == PICTURE
    head = requests[0].decode().lower()
    assert head.startswith(f"get /picture http/1.1\r\nhost: {HOST}:")
    assert "accept-encoding: identity" in head
    assert "sightline" in head
    assert not [word for word in ("cookie", "authorization", "referer") if word in head]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_to_the_third_and_no_further(status: int):
    hop = f"to/{status}//"
    assert _outcome(hop * 3 + "picture")[0] == PICTURE
    refused, requests = _outcome(hop * 4 + "picture")
    assert isinstance(refused, UrlRefusedError)
    assert len(requests) == 4


def test_name_that_means_something_else_a_moment_later_reaches_nothing_new():
    """Checked and connected with one answer; asked again, and checked again, at each redirect."""
    rebinding = {HOST: [[BENIGN], ["127.0.0.1"]]}
    with connections() as made:
        data, _ = _outcome("picture", rebinding)
        assert data == PICTURE
        again, requests = _outcome("to/302//picture", rebinding)
    assert isinstance(again, UrlUnreachableError)
    assert len(requests) == 1
    assert {address[0] for (address,) in made} == {BENIGN}


@pytest.mark.parametrize(
    "path",
    [
        *("missing", "broken", "partial", "short", "nonsense", "zipped", "empty-hop"),
        *("huge-head", "bad-chunk", "negative", "smuggled"),
    ],
)
def test_answers_that_are_no_picture_all_fail_alike(path: str):
    error, _ = _outcome(path)
    assert isinstance(error, UrlUnreachableError)
    assert str(error) == str(UrlUnreachableError())


@pytest.mark.parametrize("path", ["large", "declared", "endless"])
def test_bodies_are_read_to_the_limit_and_no_further(path: str):
    assert isinstance(_outcome(path)[0], UrlTooLargeError)


@pytest.mark.parametrize("path", ["drip", "drip-head", "silent", "early"])
def test_one_time_limit_holds_for_everything_together(path: str):
    assert isinstance(_outcome(path, timeout_s=0.3, max_bytes=10**7)[0], UrlTooSlowError)


def test_silent_name_server_is_given_up():
    class Silent:
        async def addresses(self, name: str, port: int) -> list[str]:
            await asyncio.sleep(30)
            raise OSError

        def close(self) -> None: ...

    fetcher = PictureFetcher(FetchRules(on=True, timeout_s=0.1), names=Silent())
    with pytest.raises(UrlTooSlowError):
        asyncio.run(fetcher.fetch(f"http://{HOST}/"))


def test_only_so_many_are_fetched_at_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fetching, "MAX_AT_ONCE", 0)
    assert isinstance(_outcome("picture")[0], OverloadedError)


def test_list_of_hosts_holds_for_redirects_too():
    assert _outcome("picture", hosts=("*.example.com",))[0] == PICTURE
    assert isinstance(_outcome("picture", hosts=("example.com",))[0], UrlRefusedError)
    other = {"other.example.org": [[BENIGN]]}
    refused, requests = _outcome(
        "to/302/http://other.example.org:PORT/picture", other, hosts=(HOST,)
    )
    assert isinstance(refused, UrlRefusedError)
    assert len(requests) == 1


def test_nothing_is_fetched_unless_it_is_on():
    with connections() as made, pytest.raises(FetchOffError):
        asyncio.run(PictureFetcher(FetchRules(on=False)).fetch(f"http://{HOST}/"))
    assert made == []


def test_tls_asks_for_the_name_at_the_address_that_was_checked():
    """The name is in the greeting (SNI); a certificate that is not its own is refused."""

    async def story():
        greetings = []

        async def greet(reader, writer):
            greetings.append(await reader.read(4096))
            writer.close()

        server = await asyncio.start_server(greet, BENIGN, 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UrlUnreachableError):
            await fetcher_for(port).fetch(f"https://{HOST}:{port}/picture")
        server.close()
        return greetings

    assert HOST.encode() in asyncio.run(story())[0]


def test_redirect_from_https_to_http_is_refused():
    url = plain_url(f"https://{HOST}/a", frozenset())
    assert url.joined("/b", frozenset()).target == "/b"
    with pytest.raises(UrlRefusedError, match="https to http"):
        url.joined(f"http://{HOST}/b", frozenset())


@pytest.mark.parametrize("family", sorted(ADDRESSES))
def test_addresses_that_are_not_for_everybody_are_not_public(family: str):
    for text in ADDRESSES[family]:
        bare = text.strip("[]").replace("%25", "%")
        assert not is_public(ipaddress.ip_address(bare)), text


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"],
)
def test_addresses_of_the_internet_are_public(address: str):
    assert Reach().allows(ipaddress.ip_address(address))


def test_addresses_are_never_wider_than_python_thinks():
    """Against the standard library, over the edges of every network that either of them knows."""
    edges = [
        int(ipaddress.ip_address(t.strip("[]").partition("%")[0]))
        for f in ADDRESSES.values()
        for t in f
    ]
    for edge in edges:
        for number in (edge - 1, edge, edge + 1):
            kind = ipaddress.IPv4Address if edge < 2**32 else ipaddress.IPv6Address
            if 0 <= number < 2 ** (32 if edge < 2**32 else 128):
                address = kind(number)
                assert not is_public(address) or (address.is_global and not address.is_multicast)
