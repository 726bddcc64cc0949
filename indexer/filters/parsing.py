"""A filter in either form → expression. Knows no field."""

import json
from collections.abc import Mapping

from indexer.catalog.records import Json
from indexer.errors import FilterSyntaxError, FilterTooLargeError
from indexer.filters.expression import MAX_TEXT_CHARS, Expression
from indexer.filters.from_json import expression_of_json
from indexer.filters.from_text import expression_of_text


def parse_filter(source: str | Mapping[str, Json]) -> Expression:
    """The expression of a JSON object, of its text, or of the text form.

    Raises FilterSyntaxError or FilterTooLargeError, with the position.
    """
    if isinstance(source, Mapping):
        return expression_of_json(source)
    if not source.lstrip().startswith("{"):
        return expression_of_text(source)
    if len(source) > MAX_TEXT_CHARS:
        raise FilterTooLargeError("filter", f"more than {MAX_TEXT_CHARS} characters")
    try:
        parsed: Json = json.loads(source)
    except json.JSONDecodeError as error:
        raise FilterSyntaxError(f"column {error.pos + 1}", f"not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise FilterSyntaxError("filter", f"not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise FilterSyntaxError("filter", "this must be an object")
    return expression_of_json(parsed)
