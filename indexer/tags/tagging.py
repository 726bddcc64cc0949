"""A generation's tags: what is known of the one before stays, the rest is computed in batches.

Works on stored embeddings: no picture is decoded or encoded. A set that has changed, another model
and another calibration have all of the collection computed again; else only new pictures are. A
picture that got a new number with its old embedding keeps its tag. Publishes nothing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from indexer.catalog.files import KnownModel
from indexer.catalog.metadata import Ids
from indexer.catalog.records import GenerationRecord, TagColumn
from indexer.catalog.staging import ItemVectors, Staging
from indexer.config import IndexConfig
from indexer.durability import write_durably
from indexer.index_files import described
from indexer.tags.columns import KIND, UNKNOWN, Codes, read_tags, tags_file, write_tags
from indexer.tags.sets import TagSet, tag_sets
from indexer.vector_index.index import IndexUnusableError
from indexer.vector_store import VectorStore
from models.calibration import Calibration
from models.classifier import ZeroShotClassifier, background
from models.config import ModelConfig
from models.encoder import Embeddings, Encoder
from models.loading import model_calibration

Note = Callable[[str], None]


def column_keys(
    config: IndexConfig, fingerprint: str, model: Mapping[str, object]
) -> dict[str, tuple[TagSet, str]]:
    """The sets that the next generation shall have, and a key for each that changes whenever the
    tags of a picture may. `model` is an EncoderInfo as JSON. Raises ConfigError, ModelLoadError.
    """
    known = json.dumps(
        [fingerprint, _calibration_text(fingerprint, model), asdict(background())], sort_keys=True
    )
    return {
        tag_set.name: (
            tag_set,
            hashlib.blake2b((tag_set.key() + known).encode(), digest_size=16).hexdigest(),
        )
        for tag_set in tag_sets(config)
    }


def are_wanted(keys: dict[str, tuple[TagSet, str]], newest: GenerationRecord | None) -> bool:
    """Whether the newest generation has other columns than it should, or gaps in them."""
    there = {} if newest is None else {column.name: column for column in newest.tags}
    return {name: key for name, (_, key) in keys.items()} != {
        name: column.key for name, column in there.items()
    } or any(column.missing for column in there.values())


@dataclass(frozen=True, slots=True)
class Tagger:
    """Writes the columns of generation `number` into its directory."""

    config: IndexConfig
    staging: Staging
    store: VectorStore
    model: KnownModel
    model_info: Mapping[str, object]
    number: int
    note: Note
    encoder: Callable[[], Encoder | None]

    def columns(self, newest: GenerationRecord | None) -> tuple[TagColumn, ...]:
        """All columns, by name. Raises EncodeError, and what `note` raises."""
        keys = column_keys(self.config, self.model.fingerprint, self.model_info)
        return tuple(self._column(tag_set, key, newest) for tag_set, key in keys.values())

    def _column(self, tag_set: TagSet, key: str, newest: GenerationRecord | None) -> TagColumn:
        kept = self._kept(tag_set, key, newest)
        if kept is None:
            vectors = self.staging.all_vectors()
            ids, codes = vectors.ids, self._computed(tag_set, vectors)
        else:
            ids, codes = kept
        order = np.argsort(ids, kind="stable")
        ids, codes = ids[order], codes[order]
        path = self.config.generation_dir(self.number) / tags_file(tag_set.name)
        write_durably(path, lambda file: write_tags(file, ids, codes))
        return TagColumn(
            name=tag_set.name,
            classes=tag_set.classes,
            key=key,
            set_key=tag_set.key(),
            missing=int(np.count_nonzero(codes == UNKNOWN)),
            file=described(path, KIND, len(ids)),
        )

    def _kept(
        self, tag_set: TagSet, key: str, newest: GenerationRecord | None
    ) -> tuple[Ids, Codes] | None:
        """The column that goes on from the newest generation's; None if all has to be computed."""
        columns = () if newest is None else newest.tags
        column = next((each for each in columns if each.name == tag_set.name), None)
        if newest is None or column is None or column.key != key or column.missing:
            return None
        try:
            before = read_tags(self.config.generation_dir(newest.generation), column)
        except IndexUnusableError as error:
            self.note(f"the tags {tag_set.name} are computed again: {error.reason}")
            return None
        closed, new = self.staging.closed(), self.staging.new_vectors()
        stays = ~np.isin(before.ids, closed)
        rows = self.staging.vector_rows_of(closed)
        by_row = {
            row: code
            for row, item_id in zip(rows.tolist(), closed.tolist(), strict=True)
            if (code := _code(before.ids, before.codes, item_id)) is not None
        }
        codes = np.array([by_row.get(row, UNKNOWN) for row in new.rows.tolist()], np.uint16)
        fresh = codes == UNKNOWN
        if fresh.any():
            vectors = ItemVectors(new.ids[fresh], new.rows[fresh])
            codes[fresh] = self._computed(tag_set, vectors)
        return (
            np.concatenate([before.ids[stays], new.ids]),
            np.concatenate([before.codes[stays], codes]),
        )

    def _computed(self, tag_set: TagSet, vectors: ItemVectors) -> Codes:
        """The codes (n,) of these pictures; unknown ones if the model is not at hand."""
        codes = np.full(len(vectors.ids), UNKNOWN, np.uint16)
        if not len(codes):
            return codes
        encoder = self.encoder()
        if encoder is None:
            self.note(f"the tags {tag_set.name} wait for the model that embedded the pictures")
            return codes
        calibration = _calibration(self.model.fingerprint, self.model_info)
        classifier = ZeroShotClassifier(encoder.info, calibration)
        done = 0
        for ids, embeddings in self.store.blocks(vectors.ids, vectors.rows):
            self.note(f"tagging {tag_set.name}: {done} of {len(codes)} pictures")
            codes[done : done + len(ids)] = tag_codes(classifier, encoder, embeddings, tag_set)
            done += len(ids)
        return codes


def tag_codes(
    classifier: ZeroShotClassifier, encoder: Encoder, embeddings: Embeddings, tag_set: TagSet
) -> Codes:
    """The codes (n,) of (n, dim) pictures: the best class from 1, or 0 where none of them fits."""
    found = classifier.classify(encoder, embeddings, tag_set.classes, tag_set.templates)
    codes: Codes = (found.scores.argmax(axis=1) + 1).astype(np.uint16)  # (n,)
    codes[1 - found.none_of_these < tag_set.threshold] = 0
    return codes


def _code(ids: Ids, codes: Codes, item_id: int) -> int | None:
    place = int(np.searchsorted(ids, item_id))
    found = place < len(ids) and int(ids[place]) == item_id
    return int(codes[place]) if found and int(codes[place]) != UNKNOWN else None


def _calibration(fingerprint: str, model: Mapping[str, object]) -> Calibration | None:
    pretrained = model.get("pretrained")
    config = ModelConfig(
        model_name=str(model.get("model_name")),
        pretrained=None if pretrained is None else str(pretrained),
    )
    return model_calibration(config, fingerprint)


def _calibration_text(fingerprint: str, model: Mapping[str, object]) -> str:
    calibration = _calibration(fingerprint, model)
    return "" if calibration is None else json.dumps(asdict(calibration))
