"""Who gets in, and how much a stranger may send.

Rows of the table of settings; they read nothing themselves.
"""

import re
from ipaddress import ip_network
from typing import Literal

from pydantic import BaseModel, Field, field_validator

_WEB_ORIGIN = re.compile(r"https?://[a-z0-9.\-\[\]:]+")


class DoorRows(BaseModel):
    """Who gets in, and how much a stranger may send."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Anything but a loopback address asks for a key first "
        "(`sightline keys create`), or for `--insecure`.",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names to answer to, with commas between them; `*` for any. Empty: on a "
        "loopback address only localhost names, which keeps foreign web pages out (DNS "
        "rebinding); on other addresses any.",
    )
    max_upload_bytes: int = Field(
        default=32 * 2**20,
        ge=1024,
        description="Largest request body; a larger one is refused unread.",
    )
    max_upload_pixels: int = Field(
        default=100_000_000, ge=1, description="Largest picture accepted in a request."
    )
    writing: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether requests may change anything, such as queue a job. `off`: none, "
        "whatever its key. `auto`: those with a key that allows it, and without a key those from "
        "this machine. `on`: also everybody else whom `--insecure` lets in. Whoever may write can "
        "have every picture indexed that the worker can read.",
    )
    anonymous: Literal["auto", "search", "none"] = Field(
        default="auto",
        description="What is allowed without a key: `search`, `none`, or `auto`: everything from "
        "this machine while the service listens on a loopback address; from elsewhere nothing, or "
        "search with `--insecure` until the first key is made.",
    )
    insecure: bool = Field(
        default=False,
        description="Listen on an address that others can reach though there is no key: everybody "
        "may search and see every picture.",
    )
    rate_per_s: float | None = Field(
        default=None,
        ge=0,
        description="Requests a second for each key, and for each address without one (IPv6: each "
        "/64); more are answered 429. 0: any number. When not set: any number on a loopback "
        "address, 100 elsewhere.",
    )
    rate_burst: int = Field(
        default=500,
        ge=1,
        description="Requests that may come at once before the rate counts.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses and networks of reverse proxies whose X-Forwarded-For is believed, "
        "with commas between them.",
    )
    cors_origins: str = Field(
        default="",
        description="Web origins whose pages may read answers, such as `https://photos.example`, "
        "with commas between them. Empty: none.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in _parts(value):
            ip_network(part)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        """No `*`: it would hand what this machine may see to every page that its browser opens."""
        for part in _parts(value):
            if not _WEB_ORIGIN.fullmatch(part):
                raise ValueError(f"{part!r} is no origin; write it like https://photos.example")
        return value

    def cors_list(self) -> list[str]:
        """The origins, one by one."""
        return _parts(self.cors_origins)


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
