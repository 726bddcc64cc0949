"""Token buckets and addresses: against a naive version, in bounded memory, one caller a network."""

import random
from fractions import Fraction

import pytest
from starlette.datastructures import Headers

from app.access.addresses import bucket_of, networks, origin_of
from app.access.rate import TokenBuckets


def test_buckets_let_through_what_a_naive_count_does():
    clock = [0.0]
    buckets = TokenBuckets(4, 3, clock=lambda: clock[0])
    tokens: dict[str, Fraction] = {}
    before: dict[str, Fraction] = {}
    rng = random.Random(7)
    for _ in range(3000):
        clock[0] += rng.choice((0, 0.0625, 0.125, 0.5, 2))  # exact in binary
        caller, now = rng.choice("abc"), Fraction(clock[0])
        full = tokens.get(caller, Fraction(3)) + (now - before.get(caller, now)) * 4
        tokens[caller], before[caller] = min(Fraction(3), full), now
        wait_s = buckets.take(caller)
        assert (wait_s == 0) == (tokens[caller] >= 1)
        if wait_s == 0:
            tokens[caller] -= 1
        else:
            assert tokens[caller] + wait_s * 4 >= 1


def test_buckets_forget_the_quietest_caller_first():
    buckets = TokenBuckets(1, 1, room=2, clock=lambda: 0.0)
    assert [buckets.take(caller) for caller in "abab"] == [0, 0, 1, 1]
    assert buckets.take("c") == 0
    assert len(buckets) == 2
    assert buckets.take("b") == 1  # still remembered; a was forgotten
    assert buckets.take("a") == 0


def test_rate_of_nothing_is_no_limit_and_no_memory():
    buckets = TokenBuckets(0, 1)
    assert not any(buckets.take("a") for _ in range(1000))
    assert len(buckets) == 0


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_one_caller_is_an_address_or_a_network_of_ipv6(address: str, bucket: str):
    assert bucket_of(address) == bucket


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # nobody whom we trust says so
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the first is the client's own word
        ("10.0.0.2", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, nonsense", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.3", "10.0.0.3"),
        ("::ffff:10.0.0.2", "2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", None, "fe80::1"),
        (None, "198.51.100.1", "unknown"),
    ],
)
def test_origin_is_what_the_outermost_trusted_proxy_saw(peer, said, address):
    headers = Headers({} if said is None else {"x-forwarded-for": said})
    origin = origin_of(peer, headers, networks("10.0.0.0/8"))
    assert (origin.address, origin.forwarded) == (address, said is not None)


def test_origin_of_many_headers_is_read_as_one_list():
    raw = [(b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"198.51.100.1")]
    assert origin_of("10.0.0.2", Headers(raw=raw), networks("10.0.0.2")).address == "198.51.100.1"
