"""What can go wrong with texts that are searched, and with tags: a branch of the IndexerError tree.

    IndexerError
    ├── CaptionsNotEmbeddedError    the generation has no index of captions: .collection
    ├── VocabularyNotFoundError     there is no vocabulary of this name: .name, .known
    ├── VocabularyNotEmbeddedError  not for this model: .name
    ├── VocabularyDamagedError      its files are not as they were written: .name, .reason
    └── TagSetNotFoundError         the collection has no such set of tags: .name

Every message says what to do.
"""

from collections.abc import Sequence

from indexer.errors import IndexerError


class CaptionsNotEmbeddedError(IndexerError):
    """The generation's captions cannot be searched by meaning."""

    def __init__(self, collection: str) -> None:
        super().__init__(
            f"the captions of the collection {collection!r} are not embedded; run: "
            f"sightline index --collection {collection}"
        )
        self.collection = collection


class VocabularyNotFoundError(IndexerError):
    """Nobody has added a vocabulary of this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        there = f"there are {', '.join(known)}" if known else "there are none"
        super().__init__(
            f"there is no vocabulary {name!r} ({there}); add one: sightline vocab add {name} FILE"
        )
        self.name = name
        self.known = tuple(known)


class VocabularyNotEmbeddedError(IndexerError):
    """The vocabulary has no embeddings of the model that is asked with."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the vocabulary {name!r} is not embedded with this collection's model; run "
            "`sightline index` for the collection, or add the vocabulary again"
        )
        self.name = name


class VocabularyDamagedError(IndexerError):
    """A file of a vocabulary is not as it was written."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the vocabulary {name!r} is damaged: {reason}; add it again")
        self.name = name
        self.reason = reason


class TagSetNotFoundError(IndexerError):
    """The collection has no set of tags of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no tag set {name!r}; see `sightline tags list`")
        self.name = name
