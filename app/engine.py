"""One loaded model with everything that answers come from: the encoder behind its batcher, and the
classifier with the class embeddings that it remembers. They come and go together, so nothing that
one model made ever meets another. Chooses no model.
"""

from dataclasses import dataclass

from app.batching import EncodeBatcher
from models.classifier import ZeroShotClassifier
from models.encoder import Encoder, EncoderInfo


@dataclass(slots=True, eq=False)
class Engine:
    """A model at work, and how many hold it."""

    batcher: EncodeBatcher
    classifier: ZeroShotClassifier
    holders: int = 0

    @property
    def encoder(self) -> Encoder:
        """The model itself; what blocks goes through the batcher."""
        return self.batcher.encoder

    @property
    def info(self) -> EncoderInfo:
        """What is loaded."""
        return self.encoder.info
