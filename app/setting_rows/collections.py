"""Where collections lie, and which is meant.

Rows of the table of settings; they read nothing themselves.
"""

from pathlib import Path

from pydantic import BaseModel, Field, field_validator

COLLECTION_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"


class CollectionRows(BaseModel):
    """Where collections lie, and which is meant."""

    data_dir: Path = Field(
        default=Path("sightline-data"), description="Directory that holds the collections."
    )
    collection: str = Field(
        default="default",
        pattern=COLLECTION_PATTERN,
        description="Collection used when none is named.",
    )

    @field_validator("data_dir")
    @classmethod
    def _opened_data_dir(cls, value: Path) -> Path:
        """A `~` that no shell has opened, as in an environment file."""
        return value.expanduser()
