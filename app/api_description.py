"""The OpenAPI document as it should read: what FastAPI derives from the routes, with our one shape
of errors in place of its own. Describes no route by itself.
"""

from typing import Any

from fastapi import FastAPI

from app.access.key_description import describe_keys
from app.errors import PROBLEM_TYPE

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_KINDS = {
    "4XX": "The request cannot be answered: `code` says why, `detail` what to do.",
    "5XX": "The service cannot answer: a fault, or not yet.",
}
_FASTAPI_KINDS = ("HTTPValidationError", "ValidationError")  # never sent: ours are problems


class DescribedApp(FastAPI):
    """FastAPI, whose OpenAPI document tells the truth about errors."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for methods in document["paths"].values():
                for operation in methods.values():
                    operation["responses"] = _responses(operation["responses"])
            for name in _FASTAPI_KINDS:
                document["components"]["schemas"].pop(name, None)
            describe_keys(document)
            self.openapi_schema = document
        return self.openapi_schema


def _responses(derived: dict[str, Any]) -> dict[str, Any]:
    """An operation's answers: its own, and the kinds of errors that every one may have."""
    answers = {status: _as_problem(answer) for status, answer in derived.items() if status != "422"}
    problem = {PROBLEM_TYPE: {"schema": _PROBLEM}}
    kinds = {kind: {"description": text, "content": problem} for kind, text in _KINDS.items()}
    return {**kinds, **answers}


def _as_problem(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer whose schema is a problem, under a problem's type."""
    content = answer.get("content", {})
    if content.get("application/json", {}).get("schema") != _PROBLEM:
        return answer
    others = {name: body for name, body in content.items() if name != "application/json"}
    # A route that sends a picture lists that type for its errors, too; none of them is one.
    kept = {name: body for name, body in others.items() if not name.startswith("image/")}
    return {**answer, "content": {**kept, PROBLEM_TYPE: {"schema": _PROBLEM}}}
