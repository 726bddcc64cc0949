"""Who gets in, and how much a stranger may send.

Rows of the table of settings; they read nothing themselves.
"""

from typing import Literal

from pydantic import BaseModel, Field


class DoorRows(BaseModel):
    """Who gets in, and how much a stranger may send."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. There is no password: anything but a loopback address "
        "lets everybody who can reach it see the pictures.",
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
        description="Whether requests may change anything, such as queue a job: `on`, `off`, or "
        "`auto`: only while the service listens on a loopback address. Whoever may write can have "
        "every picture indexed that the worker can read.",
    )
