"""Where traces are sent.

Rows of the table of settings; they read nothing themselves.
"""

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator


class TraceRows(BaseModel):
    """Where traces are sent."""

    otlp_endpoint: str = Field(
        default="",
        description="Collector of OpenTelemetry traces (OTLP over HTTP), such as "
        "`http://localhost:4318`; needs the extra `otel`. Empty: what OTEL_EXPORTER_OTLP_ENDPOINT "
        "says, and without that nothing is sent.",
    )

    @field_validator("otlp_endpoint")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError(f"{value!r} is no address; write it like http://localhost:4318")
        return value
