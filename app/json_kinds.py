"""Numbers, texts and truth values of JSON: what a field's annotation wants, and what is none of it.

pydantic would read true as 1 and "5" as 5, which the description of the API does not allow. Its own
strict mode is no way out: that refuses 5.0 for an integer, which JSON Schema (2020-12, validation,
section 6.1.1) takes, and the names of choices in bodies that FastAPI has parsed. Parses nothing.
"""

from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin


def check_kind(value: bool | float | str, annotation: object) -> None:
    """Raise ValueError if a field of this annotation wants a number, or true or false, and gets
    something else that could be read as one.
    """
    wanted = _wanted(annotation)
    if not wanted or isinstance(value, str):
        fits = not wanted
    elif isinstance(value, bool):
        fits = bool in wanted
    else:
        fits = bool(wanted & {int, float})
    if not fits:
        raise ValueError("must be true or false" if wanted == {bool} else "must be a number")


@lru_cache(maxsize=1024)
def _wanted(annotation: object) -> frozenset[object]:
    """Which of number and truth value a field takes; empty if it takes anything else, too."""
    if get_origin(annotation) is Annotated:
        return _wanted(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [_wanted(one) for one in get_args(annotation) if one is not NoneType]
        return frozenset().union(*kinds) if all(kinds) else frozenset()
    return frozenset({annotation} & {bool, int, float})
