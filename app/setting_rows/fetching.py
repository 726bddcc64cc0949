"""Whether pictures are fetched by URL, and from where.

Rows of the table of settings; they read nothing themselves.
"""

from typing import Literal

from pydantic import BaseModel, Field, field_validator

_LARGEST_PORT = 65535


class FetchingRows(BaseModel):
    """Whether pictures are fetched by URL, and from where."""

    fetch: Literal["off", "public"] = Field(
        default="off",
        description="Whether a question may name a picture by URL: `off`, or `public`: from public "
        "addresses on the internet, never from this network or this machine.",
    )
    fetch_hosts: str = Field(
        default="",
        description="Host names that pictures may come from, with commas between them; "
        "`*.example.org` for all below a name. Empty: any.",
    )
    fetch_ports: str = Field(
        default="",
        description="Ports that pictures may come from besides 80 for http and 443 for https, with "
        "commas between them.",
    )
    fetch_timeout_s: float = Field(
        default=10,
        gt=0,
        le=120,
        description="Seconds for one picture by URL, redirects included.",
    )

    @field_validator("fetch_ports")
    @classmethod
    def _numbers(cls, value: str) -> str:
        if not all(1 <= int(part) <= _LARGEST_PORT for part in _parts(value)):
            raise ValueError(f"ports are from 1 to {_LARGEST_PORT:,}")
        return value

    def fetched_hosts(self) -> tuple[str, ...]:
        """The host names, in lower case."""
        return tuple(part.lower() for part in _parts(self.fetch_hosts))

    def fetched_ports(self) -> frozenset[int]:
        """The ports besides the usual ones."""
        return frozenset(int(part) for part in _parts(self.fetch_ports))


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
