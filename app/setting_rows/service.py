"""How the running service works: threads, queues, the worker, the log.

Rows of the table of settings; they read nothing themselves.
"""

from typing import Literal

from pydantic import BaseModel, Field

# Much of a lookup holds Python's lock: more threads than this only keep the event loop from it.
MOST_LOOKUP_THREADS = 4


class ServiceRows(BaseModel):
    """How the running service works: threads, queues, the worker, the log."""

    decode_workers: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Threads that decode pictures; one a core when not set.",
    )
    lookup_threads: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Threads of the service for search, catalog and file reads; one a core, "
        f"{MOST_LOOKUP_THREADS} at most, when not set.",
    )
    queue_length: int = Field(
        default=64,
        ge=1,
        le=100_000,
        description="Requests that may wait for the model, and for each group of threads; more "
        "are answered 429.",
    )
    queue_wait_s: float = Field(
        default=10,
        gt=0,
        le=3600,
        description="Seconds that a request may wait for its turn; then it is answered 429 instead "
        "of late.",
    )
    query_cache_bytes: int = Field(
        default=32 * 2**20,
        ge=0,
        description="Memory for embeddings of words and pictures that were asked for before, for "
        "each loaded model; as much again for class names. 0 remembers nothing.",
    )
    kept_pictures: int = Field(
        default=10_000,
        ge=0,
        le=10_000_000,
        description="Pictures sent with a question whose embeddings are kept when the question "
        "asks for it (`keep_pictures`), for each loaded model, in memory; the oldest goes first. "
        "0 keeps none.",
    )
    kept_pictures_s: int = Field(
        default=7 * 24 * 3600,
        ge=1,
        le=366 * 24 * 3600,
        description="Seconds after which such an embedding is forgotten.",
    )
    poll_interval_s: float = Field(
        default=0.25,
        gt=0,
        le=60,
        description="Seconds between looks for a newly published generation.",
    )
    shutdown_grace_s: int = Field(
        default=3,
        ge=0,
        le=600,
        description="Seconds that running requests get to finish at shutdown.",
    )
    worker: Literal["auto", "warm", "off"] = Field(
        default="auto",
        description="Whether `serve` starts a worker process: `auto` while there are jobs, `warm` "
        "at all times with the model loaded, so that what is put is searchable within two seconds, "
        "`off` where `sightline worker` runs elsewhere.",
    )
    low_priority: bool = Field(
        default=True,
        description="A worker that reads sources yields processor and disk to everything else on "
        "the machine; what clients put it takes in at ordinary priority.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="How much is logged to standard error."
    )
