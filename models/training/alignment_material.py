"""What the text tower is aligned with: pictures' embeddings and the texts that belong to them.

Never trains anything.
"""

import random

import numpy as np
import torch
from numpy.typing import NDArray

from models.lean_imports import open_clip
from models.training.alignment import AlignmentTask
from models.training.image_task import ImageTask
from models.training.material import Texts
from models.training.swaps import swapped

_LABELLED_SHARE = 4  # every fourth labelled picture takes part


def alignment_pictures(task: ImageTask) -> NDArray[np.int64]:
    """Rows of the captioned pictures and of a share of the others, without those held out."""
    chosen = [
        row
        for row in range(len(task.pictures))
        if task.weights[row] > 0 and (task.is_captioned(row) or row % _LABELLED_SHARE == 0)
    ]
    return np.array(chosen, dtype=np.int64)


def alignment_task(
    pictures: NDArray[np.int64], embeddings: torch.Tensor, task: ImageTask, texts: Texts
) -> AlignmentTask:
    """Pairs of the captioned pictures and their texts; opinions on the photographs."""
    captioned = [i for i, row in enumerate(pictures) if task.is_captioned(int(row))]
    image_of = np.repeat(captioned, [len(task.texts_of[pictures[i]]) for i in captioned])
    text_of = np.concatenate([task.texts_of[pictures[i]] for i in captioned])
    shares = np.array([len(task.texts_of[row]) or 1 for row in pictures])
    rng = random.Random(0)
    wrong = [swapped(texts.texts[row], rng) for row in text_of]
    swaps = torch.zeros(len(wrong), texts.tokens.shape[1], dtype=texts.tokens.dtype)
    there = [j for j, text in enumerate(wrong) if text is not None]
    swaps[there] = open_clip.tokenize([text for text in wrong if text is not None])
    known = np.nonzero(task.opinions.probabilities[pictures].sum(axis=1) > 0)[0]
    return AlignmentTask(
        image_embeddings=embeddings,
        rows=pictures,
        groups=torch.from_numpy(task.groups[pictures]),
        image_of=torch.from_numpy(image_of),
        text_of=torch.from_numpy(text_of),
        weights=torch.from_numpy((task.weights[pictures] / shares)[image_of]),
        swaps=swaps,
        tokens=texts.tokens,
        text_targets=task.text_embeddings,
        opinions=task.opinions,
        known=known,
    )
