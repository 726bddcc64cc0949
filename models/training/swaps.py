"""Captions with one word exchanged, so that they are no longer true. Never sees a picture.

Small models answer "a red boat" with any boat, because little in the training asks them to mind the
adjective. A caption that differs in its colour, number or thing only is a negative that asks.
"""

import random
import re

_COLOURS = (
    "red", "blue", "green", "yellow", "orange", "purple", "pink", "brown", "black", "white", "grey",
    "golden",
)  # fmt: skip
_NUMBERS = ("one", "two", "three", "four", "five")
_PAIRS = (
    ("man", "woman"), ("boy", "girl"), ("men", "women"), ("boys", "girls"), ("dog", "cat"),
    ("dogs", "cats"), ("day", "night"), ("snow", "grass"), ("sand", "snow"), ("summer", "winter"),
    ("left", "right"), ("large", "small"), ("big", "small"), ("indoors", "outdoors"),
    ("inside", "outside"), ("standing", "sitting"), ("running", "sleeping"), ("water", "grass"),
    ("bike", "car"), ("bicycle", "boat"), ("ball", "stick"), ("sunset", "noon"), ("rain", "sun"),
    ("beach", "forest"), ("street", "field"), ("mountain", "city"), ("child", "old man"),
)  # fmt: skip
_WORD = re.compile(r"[a-z]+")


def _choices() -> dict[str, tuple[str, ...]]:
    others: dict[str, tuple[str, ...]] = {}
    for group in (_COLOURS, _NUMBERS):
        others.update({word: tuple(o for o in group if o != word) for word in group})
    for one, other in _PAIRS:
        others[one] = (*others.get(one, ()), other)
        others[other] = (*others.get(other, ()), one)
    return others


_OTHERS = _choices()


def swapped(caption: str, rng: random.Random) -> str | None:
    """The caption with one word exchanged for another of its kind; None if it has no such word."""
    words = [match for match in _WORD.finditer(caption.lower()) if match.group() in _OTHERS]
    if not words:
        return None
    word = rng.choice(words)
    other = rng.choice(_OTHERS[word.group()])
    return caption[: word.start()] + other + caption[word.end() :]
