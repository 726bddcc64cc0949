"""What is written to the log, and how.

Rows of the table of settings; they read nothing themselves.
"""

from typing import Literal

from pydantic import BaseModel, Field


class LogRows(BaseModel):
    """What is written to the log, and how."""

    log_format: Literal["text", "json"] = Field(
        default="text",
        description="Lines for people (`text`) or for programs (`json`, one object a line).",
    )
    log_queries: bool = Field(
        default=False,
        description="Log the query string of each address too, which holds what was searched for.",
    )
