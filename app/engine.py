"""One loaded model with everything that answers come from: the encoder behind its batcher, the
embeddings of what was asked before, the classifier with the class embeddings that it remembers, the
cells of pictures that were mapped, the query pictures that are kept, and what makes its scores
relevance. They come and go together, so nothing that one model made ever meets another. Chooses no
model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.batching import EncodeBatcher
from app.cell_memory import CellMemory
from app.embedding_memory import EmbeddingMemory, Key
from app.kept_pictures import KeptPictures
from models.classifier import ZeroShotClassifier
from models.encoder import Embeddings, Encoder, EncoderInfo
from models.relevance import RelevanceFit


@dataclass(slots=True, eq=False)
class Engine:
    """A model at work, and how many hold it."""

    batcher: EncodeBatcher
    classifier: ZeroShotClassifier
    memory: EmbeddingMemory = field(default_factory=lambda: EmbeddingMemory(0))
    relevance: RelevanceFit | None = None
    cells: CellMemory = field(default_factory=CellMemory)
    kept: KeptPictures = field(default_factory=lambda: KeptPictures(0, 0))
    holders: int = 0

    @property
    def encoder(self) -> Encoder:
        """The model itself; what blocks goes through the batcher."""
        return self.batcher.encoder

    @property
    def info(self) -> EncoderInfo:
        """What is loaded."""
        return self.encoder.info

    async def embed_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed words that people look for. Returns (len(texts), dim) float32, unit length.

        Raises what the batcher raises.
        """

        async def encode(missing: list[Key]) -> Embeddings:
            return await self.batcher.encode_texts([str(text) for text in missing])

        return await self.memory.recall(texts, encode)
