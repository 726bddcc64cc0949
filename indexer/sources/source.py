"""What every kind of source can do. Lists; never opens a picture."""

from collections.abc import Iterator
from typing import Protocol

from indexer.found import FoundFile


class Source(Protocol):
    """Something that lists pictures."""

    @property
    def uri(self) -> str:
        """What the catalog calls it."""
        ...

    @property
    def kind(self) -> str:
        """`folder`, `manifest`, `shards` or `uploads`."""
        ...

    def files(self) -> Iterator[FoundFile]:
        """List the files. Raises SourceError if the source itself cannot be read."""
        ...
