"""The table of settings: what the environment and the flags make of it, and its documentation."""

import inspect
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.cli import classify, index, info, search, serve
from app.cli.options import settings_from
from app.failures import InvalidRequestError
from app.settings import Settings, environment_name, settings_markdown

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
COMMANDS = (
    serve.serve_command,
    index.index_command,
    search.search_command,
    classify.classify_command,
    info.info_command,
)


def test_settings_are_documented_exactly_as_the_table_has_them():
    assert DOCUMENT.read_text("utf-8") == settings_markdown()


def test_settings_all_say_what_they_mean():
    assert not [name for name, field in Settings.model_fields.items() if not field.description]


def test_settings_are_each_a_flag_of_some_command():
    flags = {name for command in COMMANDS for name in inspect.signature(command).parameters}
    assert set(Settings.model_fields) - flags == set()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIGHTLINE_PORT", "9001")
    monkeypatch.setenv("SIGHTLINE_ALLOW_HUB", "true")
    settings = Settings()
    assert (settings.port, settings.allow_hub) == (9001, True)


def test_settings_of_a_flag_win_over_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIGHTLINE_PORT", "9001")
    assert settings_from({"port": 9002, "words": ["cat"], "host": None}).port == 9002


def test_settings_open_a_tilde_that_no_shell_has_opened(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("SIGHTLINE_DATA_DIR", "~/index")
    assert Settings().data_dir == Path("/home/somebody/index")


def test_settings_cannot_be_changed_once_read():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_settings_name_the_flag_whose_value_cannot_be():
    with pytest.raises(InvalidRequestError, match=r"--port: .*70000"):
        settings_from({"port": 70000})


def test_settings_name_the_variable_whose_value_cannot_be(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SIGHTLINE_COLLECTION", "No Such/Name")
    with pytest.raises(InvalidRequestError, match="SIGHTLINE_COLLECTION"):
        settings_from({})


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_settings_are_passed_on_or_used(name: str):
    source = "".join(
        path.read_text("utf-8")
        for path in (Path(__file__).resolve().parents[2] / "app").rglob("*.py")
        if path.name != "options.py"
    )
    assert f"settings.{name}" in source or f"self.{name}" in source, environment_name(name)
