"""How two generations differ: a plain value. Compares nothing itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Differences:
    """How the next generation differs from the newest one, in items."""

    new: int = 0
    changed: int = 0
    renamed: int = 0
    metadata_changed: int = 0
    re_embedded: int = 0
    removed: int = 0
    unchanged: int = 0

    def any(self) -> bool:
        """Whether there is anything to publish."""
        return bool(
            self.new
            or self.changed
            or self.renamed
            or self.metadata_changed
            or self.re_embedded
            or self.removed
        )

    @property
    def item_count(self) -> int:
        """How many items the next generation has."""
        return (
            self.new
            + self.changed
            + self.renamed
            + self.metadata_changed
            + self.re_embedded
            + self.unchanged
        )
