"""Settings that contradict each other, do nothing, or open the service further than one may think.
Looks at settings and keys alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.access.addresses import networks
from app.access.keyring import Keyring, Keys
from app.doctor.findings import Finding, Level, fail, ok
from app.door_failures import KeysUnreadableError
from app.listening import is_loopback
from app.settings import Settings
from indexer.config import available_cores

_TOPIC = "settings"
_WIDE_PREFIX = 8  # a network of proxies is never this large


@dataclass(frozen=True, slots=True)
class _Facts:
    settings: Settings
    keys: Keys

    @property
    def is_public(self) -> bool:
        return not is_loopback(self.settings.host)

    @property
    def is_bare(self) -> bool:
        """Whether strangers meet a service without keys."""
        return self.is_public and not self.keys.any_works


@dataclass(frozen=True, slots=True)
class _Rule:
    """When it applies, how bad that is, what is said, and what to do."""

    applies: Callable[[_Facts], bool]
    level: Level
    message: str
    remedy: str


_RULES = (
    _Rule(
        lambda f: f.is_bare and not f.settings.insecure,
        Level.FAIL,
        "SIGHTLINE_HOST can be reached from other machines and there is no key: serve refuses to "
        "start",
        "sightline keys create --role search",
    ),
    _Rule(
        lambda f: f.is_bare and f.settings.insecure and f.settings.writing == "on",
        Level.FAIL,
        "everybody who can reach the service may change it and have files of this machine indexed "
        "(SIGHTLINE_INSECURE with SIGHTLINE_WRITING=on)",
        "sightline keys create --role write, and SIGHTLINE_WRITING=auto",
    ),
    _Rule(
        lambda f: f.is_bare and f.settings.insecure and f.settings.writing != "on",
        Level.WARN,
        "everybody who can reach the service may search and see every picture "
        "(SIGHTLINE_INSECURE without a key)",
        "sightline keys create --role search, unless only this machine reaches it, as in a "
        "container whose port is published on 127.0.0.1",
    ),
    _Rule(
        lambda f: f.is_public and f.keys.any_works and f.settings.anonymous == "search",
        Level.WARN,
        "strangers may search without a key (SIGHTLINE_ANONYMOUS=search)",
        "SIGHTLINE_ANONYMOUS=auto, if that was not meant",
    ),
    _Rule(
        lambda f: f.settings.anonymous == "none" and not f.keys.any_works,
        Level.WARN,
        "nobody can get in: SIGHTLINE_ANONYMOUS=none, and no key works",
        "sightline keys create --role search",
    ),
    _Rule(
        lambda f: f.is_public and f.settings.rate_per_s == 0,
        Level.WARN,
        "strangers may ask as often as they like (SIGHTLINE_RATE_PER_S=0)",
        "leave it unset, or limit the rate in the proxy",
    ),
    _Rule(
        lambda f: not f.is_public and "*" in f.settings.allowed_hosts,
        Level.WARN,
        "web pages from elsewhere can reach the service through a browser on this machine "
        "(SIGHTLINE_ALLOWED_HOSTS=*)",
        "name the hosts that it is called by",
    ),
    _Rule(
        lambda f: any(one.prefixlen < _WIDE_PREFIX for one in networks(f.settings.trusted_proxies)),
        Level.FAIL,
        "nearly everybody counts as a proxy whose X-Forwarded-For is believed "
        "(SIGHTLINE_TRUSTED_PROXIES)",
        "name the addresses of your proxies",
    ),
    _Rule(
        lambda f: f.settings.fetch == "public" and f.is_bare,
        Level.WARN,
        "everybody may have this machine fetch pictures (SIGHTLINE_FETCH=public without a key)",
        "sightline keys create --role search, or SIGHTLINE_FETCH_HOSTS",
    ),
    _Rule(
        lambda f: f.settings.fetch == "off" and bool(f.settings.fetch_hosts),
        Level.WARN,
        "SIGHTLINE_FETCH_HOSTS does nothing while SIGHTLINE_FETCH is off",
        "SIGHTLINE_FETCH=public, or leave both out",
    ),
    _Rule(
        lambda f: f.settings.pretrained is not None and not f.settings.model,
        Level.WARN,
        "SIGHTLINE_PRETRAINED does nothing without SIGHTLINE_MODEL",
        "name the model, too",
    ),
    _Rule(
        lambda f: f.settings.worker == "warm" and f.settings.writing == "off",
        Level.WARN,
        "a worker is kept warm for changes that SIGHTLINE_WRITING=off refuses",
        "SIGHTLINE_WORKER=auto",
    ),
    _Rule(
        lambda f: f.settings.log_queries and f.settings.log_level in ("warning", "error"),
        Level.WARN,
        "SIGHTLINE_LOG_QUERIES does nothing below SIGHTLINE_LOG_LEVEL=info",
        "SIGHTLINE_LOG_LEVEL=info, or leave it out",
    ),
    _Rule(
        lambda f: (f.settings.decode_workers or 0) > 2 * available_cores(),
        Level.WARN,
        "SIGHTLINE_DECODE_WORKERS is more than twice the cores there are",
        "leave it unset: one a core",
    ),
)


def setting_findings(settings: Settings) -> Iterator[Finding]:
    """Which rules apply; one sentence that all is well, if none does."""
    try:
        facts = _Facts(settings, Keyring(settings.data_dir).now())
    except KeysUnreadableError as error:
        yield fail(_TOPIC, str(error), "restore keys.json, or make keys anew once it is moved away")
        return
    found = [
        Finding(_TOPIC, rule.level, rule.message, rule.remedy)
        for rule in _RULES
        if rule.applies(facts)
    ]
    working = sum(record.works for record in facts.keys.by_id.values())
    where = "other machines reach" if facts.is_public else "only this machine reaches"
    yield from found or [ok(_TOPIC, f"no contradictions; {where} {settings.host}; {working} keys")]
