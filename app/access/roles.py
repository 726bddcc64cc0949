"""The three roles, each of which includes the one before. Decides nothing about routes."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody may do: ask; also change what is indexed; also everything else."""

    SEARCH = "search"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether whoever has this role may do what `other` may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)
