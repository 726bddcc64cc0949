"""Everything that a stranger may send has an end: lists, texts, depth, forms."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.settings import Settings

# Bounded by the size of the body alone: pictures and free metadata; and by the code that reads
# them: what the OpenAI API takes in many shapes (tests/app/test_embeddings_route.py).
ENDS_ELSEWHERE = re.compile(
    r".*\.base64: .*|POST /v1/embeddings body\.(input|messages).*"
    r"|PUT /v1/images/.* body\.(image|metadata): .*"
)


def _request_schemas(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method.upper()} {path}"
            for parameter in operation.get("parameters", []):
                yield f"{where} {parameter['name']}", parameter["schema"]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield f"{where} body", content["schema"]


def _endless(where: str, schema: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """Lists and texts in a schema that have no largest size."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kind = schema.get("type")
    if kind == "array":
        if "maxItems" not in schema:
            yield f"{where}: a list without an end"
        yield from _endless(f"{where}[]", schema.get("items", {}), document)
    known = {"maxLength", "pattern", "enum", "const", "format"}
    if kind == "string" and not known & set(schema):
        yield f"{where}: a text without an end"
    for name, part in schema.get("properties", {}).items():
        yield from _endless(f"{where}.{name}", part, document)
    for part in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        yield from _endless(where, part, document)


def test_requests_hold_nothing_without_an_end():
    document = create_app(Settings()).openapi()
    endless = {
        problem
        for where, schema in _request_schemas(document)
        for problem in _endless(where, schema, document)
        if not ENDS_ELSEWHERE.fullmatch(problem)
    }
    assert sorted(endless) == []


@pytest.mark.parametrize("depth", [100, 1000, 100_000])
@pytest.mark.parametrize("kind", ["list", "object", "filter"])
def test_deeply_nested_json_is_refused(client: httpx.Client, depth: int, kind: str):
    opened, closed = {"list": ("[", "]"), "object": ('{"a":', "}"), "filter": ('{"not":', "}")}[
        kind
    ]
    nested = opened * depth + "1" + closed * depth
    body = f'{{"query": [{{"text": "red"}}], "filter": {nested}}}' if kind == "filter" else nested
    for path in ("/v1/search", "/v1/classify", "/v1/jobs", "/v1/embeddings"):
        answer = client.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400, path
    question = {"q": "red", "filter": "not " * min(depth, 3000) + "width > 1"}
    assert client.get("/v1/search", params=question).status_code == 400


def test_numbers_of_many_digits_are_refused(client: httpx.Client):
    body = f'{{"query": [{{"text": "red"}}], "k": {"9" * 100_000}}}'
    answer = client.post("/v1/search", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400


def _form(*parts: tuple[str, bytes]) -> dict[str, Any]:
    lines = [b"--x\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n" for head, data in parts]
    return {
        "content": b"".join(lines) + b"--x--\r\n",
        "headers": {"content-type": "multipart/form-data; boundary=x"},
    }


def _field(name: str) -> str:
    return f'Content-Disposition: form-data; name="{name}"'


@pytest.mark.parametrize(
    "parts",
    [
        [(_field("text"), b"a")] * 2000,
        [(_field("text"), b"a" * 100_000)],
        [(_field("image") + '; filename="a"', b"a")] * 3,
        [(_field("n" * 10_000), b"a")],
        [(_field("text") + "".join(f"\r\nX-{n}: y" for n in range(100)), b"a")],
        [(_field("unknown"), b"a")],
        [],
    ],
)
def test_forms_of_too_many_or_too_large_parts_are_refused(client: httpx.Client, parts):
    for path in ("/v1/search", "/v1/classify"):
        answer = client.post(path, **_form(*parts))
        assert answer.status_code == 400, answer.text
        assert json.loads(answer.content)["code"] == "invalid_request"


@pytest.mark.parametrize(
    "image_id",
    [
        "..%2F..%2Fcatalog.sqlite",
        "%2Fetc%2Fpasswd",
        "..",
        "%2e%2e",
        "....%2F%2Fetc%2Fpasswd",
        "..%5C..%5Cwindows",
        "%00",
        "a%00.jpg",
        "C:%5Cwindows",
        "file:%2F%2F%2Fetc%2Fpasswd",
        "thumbnails%2F00%2F00.jpg",
        "keys.json",
        "default",
        "~root",
    ],
)
def test_pictures_are_found_by_id_and_never_by_path(client: httpx.Client, image_id: str):
    for end in ("", "/thumbnail", "/info", "?collection=..", "?collection=%2Fetc"):
        answer = client.get(f"/v1/images/{image_id}{end}")
        assert answer.status_code in (400, 404), (end, answer.status_code)
        assert "root:" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["..%2Fsettings.py", "%2e%2e/settings.py", "..\\settings.py", "js/%2e%2e/%2e%2e/main.py"],
)
def test_files_of_the_page_are_those_of_the_page(client: httpx.Client, path: str):
    answer = client.get(f"/static/{path}")
    assert answer.status_code == 404
    assert "import" not in answer.text
