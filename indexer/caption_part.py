"""The captions of a generation as an index of their own: embedded in batches, built in parts.

Only texts that no generation had before are encoded, and committed batch by batch, so a run that is
stopped goes on behind them. Texts are apart from pictures, because the two lie in separate cones:
in one index, the nearest to a picture would be pictures throughout. Publishes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from indexer.catalog.captions import CaptionStaging, count_embedded
from indexer.catalog.connection import Database
from indexer.catalog.files import KnownModel
from indexer.catalog.records import CaptionIndex, GenerationRecord
from indexer.config import IndexConfig
from indexer.encoding import encode_texts
from indexer.index_files import CAPTIONS_PREFIX
from indexer.parts import PartBuilder
from indexer.vector_index.kinds import EXACT
from indexer.vector_store import VectorStore
from models.encoder import Encoder

# So many texts are encoded between two commits: a second or two of the built-in model on one core.
_COMMIT_TEXTS = 2_048

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CaptionPart:
    """Builds the index of captions of generation `number`."""

    config: IndexConfig
    database: Database
    model: KnownModel
    number: int
    note: Note
    encoder: Callable[[], Encoder | None]

    def build(self, newest: GenerationRecord | None, staging: CaptionStaging) -> CaptionIndex:
        """Embed what is new and write or link the files. The items must have their numbers.

        Raises EncodeError, and what `note` raises.
        """
        before = None if newest is None else newest.captions
        embedded = count_embedded(self.database, self.model.model_id)
        if before is not None and (before.missing or embedded < before.count):
            before = None
        staging.prepare(everything=before is None)
        self._embed(staging)
        missing = staging.count_missing()
        if before is None:
            living = len(staging.all_vectors().ids)
        else:
            living = before.count + len(staging.new_vectors().ids) - len(staging.closed())
        if living == 0:
            return CaptionIndex(None, 0, missing)
        older = None if before is None else before.layout
        generation = 0 if newest is None else newest.generation
        return CaptionIndex(self._parts(staging).build(older, generation, living), living, missing)

    def _parts(self, staging: CaptionStaging) -> PartBuilder:
        return PartBuilder(
            replace(self.config, index_kind=EXACT),
            staging,
            self._store(),
            self.model.dim,
            self.number,
            self.note,
            self.encoder,
            what="captions",
            prefix=CAPTIONS_PREFIX,
        )

    def _store(self) -> VectorStore:
        return VectorStore(self.config.vectors_dir(self.model.fingerprint), self.model.dim)

    def _embed(self, staging: CaptionStaging) -> None:
        missing = staging.missing()
        if not missing:
            return
        encoder = self.encoder()
        if encoder is None:
            self.note(f"{len(missing)} captions wait for the model that embedded the pictures")
            return
        store = self._store()
        for start in range(0, len(missing), _COMMIT_TEXTS):
            self.note(f"embedding captions: {start} of {len(missing)}")
            batch = missing[start : start + _COMMIT_TEXTS]
            texts = encode_texts(encoder, [text for _, text in batch])
            row = staging.next_row()
            written = store.append(row, texts.embeddings)
            ids = [batch[place][0] for place in texts.places]
            staging.record(zip(ids, range(row, row + len(ids)), strict=True), written)
            if len(ids) < len(batch):
                self.note(f"the model cannot take {len(batch) - len(ids)} captions")
