"""When a picture is too close to what is excluded: a limit for each exclusion, calibrated by how
the collection's own pictures score.

**Words.** A contrastive model's logit is, up to a constant of the words, the log of how much more
likely the words are with this picture than without (van den Oord et al., "Representation Learning
with Contrastive Predictive Coding", 2018, 2.3). The constant is estimated over the background, so

    logit_scale · cos(e, x)  -  log mean exp(logit_scale · cos(e, y))  over pictures y

says how well the exclusion e fits the picture x, compared with the collection on average. Above
WORD_MARGIN the picture is out.

**Pictures and raw embeddings.** Between pictures the model's scale was never trained. A picture is
out when its cosine is PICTURE_SPREADS standard deviations above the background's mean.

Both constants were chosen so that about one of twenty other photographs is lost:
`benchmarks/exclusion.py` says what that does. Never searches.
"""

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings

WORD_MARGIN = 0.25
PICTURE_SPREADS = 1.7
_ITSELF = 0.999  # the cosine of a picture to itself, less rounding


def word_limit(scores: NDArray[np.floating], logit_scale: float) -> float:
    """The cosine above which a picture is out, by the words' cosines (b,) to the background."""
    logits = logit_scale * scores.astype(np.float64)
    top = float(logits.max())
    mean = top + float(np.log(np.exp(logits - top).mean()))
    return (WORD_MARGIN + mean) / logit_scale


def picture_limit(scores: NDArray[np.floating]) -> float:
    """The cosine above which a picture is out, by an example's cosines (b,) to the background.

    The example itself is always out.
    """
    wide = scores.astype(np.float64)
    return min(_ITSELF, float(wide.mean() + PICTURE_SPREADS * wide.std()))


def is_out(
    pictures: Embeddings, exclusions: Embeddings, limits: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which of (n, dim) pictures are closer to one of (e, dim) exclusions than its limit: (n,)."""
    out: NDArray[np.bool_] = np.zeros(len(pictures), dtype=np.bool_)
    for exclusion, limit in zip(exclusions, limits.tolist(), strict=True):
        out |= pictures @ exclusion > limit
    return out
