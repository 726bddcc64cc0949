"""What is indexed, how, and what is kept.

Rows of the table of settings; they read nothing themselves.
"""

from typing import Literal

from pydantic import BaseModel, Field


class IndexingRows(BaseModel):
    """What is indexed, how, and what is kept."""

    max_file_bytes: int = Field(
        default=256 * 2**20, ge=1, description="Larger files are skipped when indexing."
    )
    max_file_pixels: int = Field(
        default=200_000_000, ge=1, description="Larger pictures are skipped when indexing."
    )
    thumbnails: bool = Field(default=True, description="Write thumbnails when indexing.")
    file_facts: bool = Field(
        default=True,
        description="Keep what files say of themselves (EXIF: date, camera, lens, orientation, "
        "place) when indexing. Off, an index run also forgets what was kept before.",
    )
    embed_captions: bool = Field(
        default=True,
        description="Embed captions when indexing, so that texts can be found too.",
    )
    index_kind: Literal["auto", "exact", "ivf_rabitq", "gpu_exact"] = Field(
        default="auto",
        description="Kind of index to build: `exact`, `ivf_rabitq`, `gpu_exact` (on a graphics "
        "card), or `auto` for what suits the number of pictures and the machine.",
    )
    wanted_recall: float = Field(
        default=0.99,
        gt=0,
        le=1,
        description="Share of the true neighbours that an approximate index must find to be "
        "published.",
    )
    keep_generations: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="How many generations of a collection are kept, to go back to.",
    )
