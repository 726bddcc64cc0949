"""What schemathesis must know of this service besides its document; `benchmarks.api_fuzz` names
this file to it. Asks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import jsonschema_rs
import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response

FORM = "multipart/form-data"
MOST_WAIT_S = 0.1


@schemathesis.hook
def map_query(context: HookContext, query: Any) -> Any:  # noqa: ARG001  named by schemathesis
    """Jobs are never run here, so whoever waits for one would wait to the end: 30 s at most."""
    wait = query.get("wait_s") if isinstance(query, dict) else None
    if isinstance(wait, int | float) and wait > 0:
        return {**query, "wait_s": min(wait, MOST_WAIT_S)}
    return query


@schemathesis.hook
def filter_failure(
    context: HookContext,  # noqa: ARG001
    failure: Failure,
    case: Case[Any],
    response: Response,
) -> bool:
    """A form has no lists, only fields that come again and again: schemathesis takes one that comes
    once for no list, and an object for no text, though it sends that as a text. What is valid as it
    was sent may be accepted.
    """
    if not isinstance(failure, AcceptedNegativeData) or case.media_type != FORM:
        return True
    negated = [
        place for place in ParameterLocation if case.meta and case.meta.is_negative_at(place)
    ]
    if negated != [ParameterLocation.BODY]:
        return True
    schema = case.operation.definition.raw["requestBody"]["content"][FORM]["schema"]
    return not jsonschema_rs.is_valid(schema, form_as_sent(response, schema))


def form_as_sent(response: Response, schema: Mapping[str, Any]) -> dict[str, object]:
    """The form in a request as a service reads it: of a field that may be a list all texts, of any
    other the last one.
    """
    declared, body = response.request.headers["Content-Type"], response.request.body
    head = declared if isinstance(declared, bytes) else declared.encode()
    data = body if isinstance(body, bytes) else b""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + head + b"\r\n\r\n" + data)
    texts: dict[str, list[str]] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        payload = part.get_payload(decode=True)
        text = payload.decode(errors="replace") if isinstance(payload, bytes) else ""
        texts.setdefault(name, []).append(text)
    properties = schema["properties"]
    return {
        name: values if _may_be_list(properties.get(name, {})) else values[-1]
        for name, values in texts.items()
    }


def _may_be_list(schema: Mapping[str, Any]) -> bool:
    return any(one.get("type") == "array" for one in schema.get("anyOf", [schema]))
