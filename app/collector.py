"""Python's collector of garbage in a process that serves. Holds nothing itself.

What importing and loading make stays. The collector would look through all of it again and again, a
quarter of a second each time, while nobody is answered.
"""

import gc

# A question makes a few hundred objects; those of many are looked through at a time, and what
# outlives them seldom.
_THRESHOLDS = (2_000, 10, 50)
_USUAL = gc.get_threshold()


def set_aside_what_is_here() -> None:
    """Free what is garbage, and look through the rest no more; for a process that has started. What
    is made from now on is collected as ever, in larger portions.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


def take_back_what_was() -> None:
    """Look through everything again: at the end, libraries complain about what was not freed."""
    gc.unfreeze()
    gc.set_threshold(*_USUAL)
