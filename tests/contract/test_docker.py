"""Holds the container files to the code and to safe habits. Lints them, never runs an engine."""

import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.cli.main import cli
from app.settings import Settings, environment_name

JOBS = {"indexer", "indexer-gpu"}


@pytest.fixture(scope="module")
def dockerfile(root: Path) -> list[str]:
    """The Dockerfile's instructions, continuation lines joined."""
    text = (root / "docker/Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    """docker-compose.yml with its anchors merged."""
    loaded: dict[str, Any] = yaml.safe_load((root / "docker-compose.yml").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services by name."""
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def _program(name: str) -> str:
    return os.fspath(Path(sys.executable).parent / name)


def test_dockerfile_passes_the_linter(root: Path):
    checked = subprocess.run(
        [_program("hadolint"), "--no-color", str(root / "docker/Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_compose_file_keeps_to_the_compose_specification(root: Path):
    command = [_program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run(
        [*command, str(root / "docker-compose.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_image_copies_only_what_exists_and_is_let_in(root: Path, dockerfile: list[str]):
    ignore = (root / ".dockerignore").read_text("utf-8").splitlines()
    let_in = [line.removeprefix("!") for line in ignore if line.startswith("!")]
    copies = [line.split()[1:-1] for line in dockerfile if line.startswith("COPY ")]
    sources = [path for paths in copies for path in paths if not paths[0].startswith("--from")]
    assert sources
    assert [path for path in sources if not (root / path).exists()] == []
    assert [path for path in sources if not any(fnmatch(path, rule) for rule in let_in)] == []


def test_image_starts_from_a_named_version(dockerfile: list[str]):
    named = next(line for line in dockerfile if line.startswith("ARG PYTHON_IMAGE="))
    images = [line.split()[1] for line in dockerfile if line.startswith("FROM ")]
    assert images == ["${PYTHON_IMAGE}"] * 2
    assert re.fullmatch(r"ARG PYTHON_IMAGE=python:3\.1\d-slim-\w+", named)


def test_image_runs_as_an_ordinary_user(dockerfile: list[str]):
    users = [line.split()[1] for line in dockerfile if line.startswith("USER ")]
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", users[-1])


def test_image_says_whether_it_is_ready(dockerfile: list[str]):
    check = next(line for line in dockerfile if line.startswith("HEALTHCHECK "))
    assert "/readyz" in check


def test_image_fetches_nothing_when_it_starts(dockerfile: list[str]):
    environment = next(
        line for line in dockerfile if line.startswith("ENV PATH=") and "HOME" in line
    )
    assert "HF_HUB_OFFLINE=1" in environment
    assert "OMP_WAIT_POLICY=PASSIVE" in environment


def test_image_installs_with_the_constraints_that_were_tested(dockerfile: list[str]):
    installs = [line for line in dockerfile if "pip install" in line]
    assert all("-c constraints.txt" in line or "--no-deps" in line for line in installs)


def test_settings_that_containers_set_exist(root: Path):
    known = {environment_name(name) for name in Settings.model_fields}
    for name in ("docker/Dockerfile", "docker-compose.yml"):
        named = set(re.findall(r"\bSIGHTLINE_[A-Z_]+", (root / name).read_text("utf-8")))
        assert named - known == set(), name


def test_commands_that_containers_start_exist(dockerfile: list[str], services: dict[str, Any]):
    commands = set(getattr(get_command(cli), "commands", {}))
    assert 'ENTRYPOINT ["sightline"]' in dockerfile
    assert 'CMD ["serve"]' in dockerfile
    assert {"serve"} | {services[name]["command"][0] for name in JOBS} <= commands


def test_services_give_up_every_privilege(services: dict[str, Any]):
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert not {"privileged", "cap_add", "user", "network_mode", "pid"} & set(service), name


def test_services_cannot_change_the_pictures(services: dict[str, Any]):
    for name, service in services.items():
        mounts = {mount["target"]: mount for mount in service["volumes"] if isinstance(mount, dict)}
        assert mounts["/pictures"]["read_only"] is True, name
        assert "data:/data" in service["volumes"], name


def test_services_listen_on_this_machine_only(services: dict[str, Any]):
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") and port.endswith(":8000") for port in ports)


def test_jobs_run_once_when_asked(services: dict[str, Any]):
    for name in JOBS:
        assert services[name]["profiles"]
        assert services[name]["restart"] == "no"
        assert services[name]["healthcheck"] == {"disable": True}


def test_gpu_services_reserve_a_gpu_and_others_do_not(services: dict[str, Any]):
    for name, service in services.items():
        reserved = service.get("deploy", {}).get("resources", {}).get("reservations", {})
        wanted = [["gpu"]] if name.endswith("-gpu") else []
        assert [device["capabilities"] for device in reserved.get("devices", [])] == wanted
        accelerator = service["build"]["args"]["ACCELERATOR"]
        assert accelerator == ("gpu" if name.endswith("-gpu") else "cpu")
        assert service["image"].endswith(f"-{accelerator}")


def test_images_carry_the_version_of_the_package(root: Path, services: dict[str, Any]):
    version = re.search(r'^version = "(.+)"$', (root / "pyproject.toml").read_text("utf-8"), re.M)
    assert version
    assert all(f":{version[1]}-" in service["image"] for service in services.values())
