"""GET /docs: the API's reference as plain HTML, made from the OpenAPI description.

The usual viewers load scripts from a content network; this page loads nothing from anywhere and
runs under the same strict policy as everything else.
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h2 { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; }
pre { overflow-x: auto; padding: .75rem; font-size: .85rem;
      background: color-mix(in srgb, currentColor 8%, transparent); }
"""


@router.get("/docs")
async def show_reference(request: Request) -> HTMLResponse:
    """Every route with its parameters, bodies and answers."""
    description: dict[str, Any] = request.app.openapi()
    return HTMLResponse("".join(_page(description)))


@router.get("/docs/style.css")
async def show_style() -> Response:
    """The look of the reference."""
    return Response(_STYLE, media_type="text/css")


def _page(description: dict[str, Any]) -> Iterator[str]:
    title = escape(f"{description['info']['title']} {description['info']['version']}")
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<title>{title}: API reference</title><link rel="stylesheet" href="/docs/style.css">'
    yield f"</head><body><h1>{title}: API reference</h1>"
    yield f"<p>{escape(description['info']['description'])} "
    yield 'For programs: <a href="/openapi.json">openapi.json</a>.</p>'
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield from _operation(path, method, operation)
    yield "<h2>Types</h2>"
    for name, schema in description["components"]["schemas"].items():
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3><pre>{_json(schema)}</pre>'
    yield "</body></html>"


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
    yield f"<p><strong>{escape(operation['summary'])}.</strong> "
    yield f"{escape(operation.get('description', ''))}</p>"
    if operation.get("parameters"):
        yield "<table><tr><th>parameter</th><th>in</th><th>values</th><th></th></tr>"
        for parameter in operation["parameters"]:
            yield _parameter_row(parameter)
        yield "</table>"
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<h3>Body, {escape(media_type)}</h3><pre>{_json(content['schema'])}</pre>"
    yield "<h3>Answers</h3><table>"
    for status, answer in operation["responses"].items():
        yield f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])} "
        yield f"{_answer_type(answer)}</td></tr>"
    yield "</table>"


def _parameter_row(parameter: dict[str, Any]) -> str:
    schema = {key: value for key, value in parameter["schema"].items() if key != "title"}
    cells = (
        f"<code>{escape(parameter['name'])}</code>{' *' if parameter['required'] else ''}",
        escape(parameter["in"]),
        f"<code>{_json(schema, indent=None)}</code>",
        escape(parameter.get("description", "")),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _answer_type(answer: dict[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name:
            return f'<a href="#{escape(name)}">{escape(name)}</a>'
    return ""


def _json(value: Any, indent: int | None = 2) -> str:
    return escape(json.dumps(value, indent=indent, ensure_ascii=False), quote=False)
