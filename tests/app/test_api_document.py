"""docs/api.md and docs/cli.md, held to the service: every route, every code, and every example
run.
"""

import base64
import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli.main import cli
from app.error_table import ERROR_TABLE
from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
API = (ROOT / "docs" / "api.md").read_text("utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text("utf-8")
NEVER_OVER_HTTP = {"collection_busy", "manifest_invalid"}
ROUTES = [
    f"{method.upper()} {path}"
    for path, methods in create_app(Settings()).openapi()["paths"].items()
    for method in methods
]
EXAMPLES = [
    command.replace("\\\n", " ")
    for block in re.findall(r"```sh\n(.*?)```", API, re.DOTALL)
    for command in re.split(r"(?<!\\)\n", block.strip())
    if command.startswith("curl ")
]


@pytest.mark.parametrize("route", ROUTES)
def test_api_document_has_a_heading_and_an_example_for_every_route(route: str):
    section = API.partition(f"### {route}\n")[2].partition("\n### ")[0]
    assert "curl " in section


def test_api_document_has_no_routes_that_do_not_exist():
    headings = re.findall(r"^### ((?:GET|POST|PUT|DELETE) .*)$", API, re.MULTILINE)
    assert sorted(headings) == sorted(ROUTES)


def test_api_document_lists_every_code_that_the_service_answers_with():
    codes = {row.code for row in ERROR_TABLE} - NEVER_OVER_HTTP
    assert not [code for code in codes if f"`{code}`" not in API]


def test_api_document_shows_answers_in_json():
    blocks = re.findall(r"```json\n(.*?)```", API, re.DOTALL)
    assert all(json.loads(block) for block in blocks)


@pytest.mark.parametrize("command", EXAMPLES)
def test_api_document_examples_work(command: str, request: pytest.FixtureRequest, picture: Any):
    # Once a key was made, a service asks for one: the other examples share a service without.
    service = "own_client" if re.search("/v1/(keys|session)", command) else "client"
    client: httpx.Client = request.getfixturevalue(service)
    hit, other = client.get("/v1/search", params={"q": "red", "k": 2}).json()["hits"]
    command = command.replace("$ID", hit["id"]).replace("$FILE", "photo.jpg")
    command = command.replace("$OTHER", other["id"]).replace("$MODEL", "fake")
    command = command.replace("$PNG", base64.b64encode(picture("red")).decode())
    if "$PUT" in command:
        command = command.replace("$PUT", "mine")
        client.put("/v1/images/mine", content=picture("red"))
    if "$JOB" in command:
        ended = command.endswith(("events", "retry-skipped"))
        command = command.replace("$JOB", str(_job(client, ended=ended)))
    if "$SET" in command:
        command = command.replace("$SET", "mine")
        client.put("/v1/tag-sets/mine", json={"classes": ["dog", "cat"]})
    if "$KEY" in command:
        made = client.post("/v1/keys", json={"role": "search"}).json()
        command = command.replace("$KEY", made["id"])
    if "$SECRET" in command:
        made = client.post("/v1/keys", json={"role": "search"}).json()
        command = command.replace("$SECRET", made["key"])
    if "$SCHEDULE" in command:
        schedule = client.post("/v1/schedules", json={"cron": "0 3 * * *"}).json()
        command = command.replace("$SCHEDULE", str(schedule["id"]))
    words = shlex.split(command)
    asked: dict[str, Any] = {"headers": {}, "data": {}, "files": None}
    url = method = ""
    arguments = iter(words[1:])
    for word in arguments:
        if word in ("-H", "-d", "-F", "-o"):
            _add_option(asked, word, next(arguments), picture("red"))
        elif word == "-X":
            method = next(arguments)
        elif word != "-N":
            url = word.removeprefix("http://127.0.0.1:8000")
    method = method or ("POST" if asked["files"] or asked.get("content") else "GET")
    assert client.request(method, url, **asked).is_success


def _job(client: httpx.Client, *, ended: bool) -> int:
    job_id: int = client.post("/v1/jobs", json={}).json()["id"]
    if ended:
        client.post(f"/v1/jobs/{job_id}/cancel")
    return job_id


def _add_option(request: dict[str, Any], option: str, value: str, picture: bytes) -> None:
    name, _, rest = value.partition(":" if option == "-H" else "=")
    if option == "-H":
        request["headers"][name] = rest.strip()
    elif option == "-d":
        request["content"] = value
        del request["data"]
    elif option == "-F" and rest.startswith("@"):
        request["files"] = {name: (rest[1:], picture)}
    elif option == "-F":
        request["data"].setdefault(name, []).append(rest)


def test_cli_document_has_a_heading_for_every_command():
    commands = {command.name for command in cli.registered_commands}
    groups = [group.typer_instance for group in cli.registered_groups]
    commands |= {group.info.name for group in groups if group}
    headings = re.findall(r"^## sightline (\w+)$", CLI, re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert set(headings) == commands
