"""Drives the Makefile with a pretend Python: what it installs, when, and what `make run` starts."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

PRETEND_PYTHON = """#!/bin/sh
[ "$1" = -c ] && exit "${TOO_OLD:-0}"
[ "$1" = --version ] && { echo Python 3.9.1; exit 0; }
printf '%s\\n' "$*" >> "$LOG"
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && cp "$SIGHTLINE" "$4/bin/sightline"
fi
if [ "$1 $2" = "-m pip" ]; then exit "${PIP_EXIT:-0}"; fi
"""
PRETEND_SIGHTLINE = """#!/bin/sh
printf 'sightline %s [%s]\\n' "$*" "$SIGHTLINE_DATA_DIR" >> "$LOG"
if [ "$1" = gallery ]; then mkdir -p "$2" && : > "$2/manifest.jsonl"; fi
"""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A copy of the Makefile with pretend programs around it."""

    folder: Path

    def make(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make here."""
        return subprocess.run(
            ["make", *arguments, f"PYTHON={self.folder}/python", "ACCELERATOR=cpu"],
            cwd=self.folder / "checkout",
            env=self.environment() | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """The variables for make; the real ones of make itself are kept out."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        return kept | {
            "LOG": str(self.folder / "log"),
            "SIGHTLINE": str(self.folder / "sightline"),
            "HOME": str(self.folder / "home"),
        }

    def log(self) -> list[str]:
        """What the pretend programs were called with since the last look."""
        path = self.folder / "log"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines


@pytest.fixture
def workshop(tmp_path: Path, root: Path) -> Workshop:
    """A workshop whose checkout was never installed."""
    checkout = tmp_path / "checkout"
    (checkout / "docker").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "docker/constraints.txt"):
        (checkout / name).write_bytes((root / name).read_bytes())
    for name, text in (("python", PRETEND_PYTHON), ("sightline", PRETEND_SIGHTLINE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    return Workshop(tmp_path)


@pytest.fixture
def installed(workshop: Workshop) -> Workshop:
    """A workshop whose checkout is installed."""
    assert workshop.make("install").returncode == 0
    workshop.log()
    return workshop


def test_install_happens_once(workshop: Workshop):
    assert workshop.make("install").returncode == 0
    assert [line.split()[1] for line in workshop.log()] == ["venv", "pip"]
    assert workshop.make("install").returncode == 0
    assert workshop.log() == []


def test_install_holds_to_the_constraints(workshop: Workshop):
    workshop.make("install")
    assert workshop.log()[-1].endswith("-c docker/constraints.txt -e .[cpu]")


def test_install_is_renewed_in_place_when_the_pins_change(installed: Workshop):
    pins = installed.folder / "checkout/docker/constraints.txt"
    pins.write_text(pins.read_text("utf-8") + "# another\n", encoding="utf-8")
    installed.make("install")
    assert [line.split()[1] for line in installed.log()] == ["pip"]


def test_install_starts_afresh_after_one_that_failed(workshop: Workshop):
    failed = workshop.make("install", PIP_EXIT="1")
    assert failed.returncode != 0
    assert "The install failed" in failed.stderr
    workshop.log()
    assert workshop.make("install").returncode == 0
    assert [line.split()[1] for line in workshop.log()] == ["venv", "pip"]


def test_install_for_tests_serves_to_run_as_well(workshop: Workshop):
    workshop.make("install-test")
    assert workshop.log()[-1].endswith("-e .[cpu,test]")
    workshop.make("install")
    assert workshop.log() == []


def test_install_says_which_python_it_needs_when_it_is_too_old(workshop: Workshop):
    refused = workshop.make("install", TOO_OLD="1")
    assert refused.returncode != 0
    assert "needs Python 3.11 or newer" in refused.stderr
    assert "Python 3.9.1" in refused.stderr
    assert workshop.log() == []


def test_run_draws_the_gallery_once_then_indexes_and_serves(installed: Workshop):
    assert installed.make("run").returncode == 0
    data = "[.sightline/gallery]"
    again = [
        f"sightline index .sightline/gallery/gallery/manifest.jsonl {data}",
        f"sightline serve {data}",
    ]
    first, *rest = installed.log()
    assert first.startswith("sightline gallery .sightline/gallery/gallery")
    assert rest == again
    assert installed.make("run").returncode == 0
    assert installed.log() == again


def _publish(installed: Workshop) -> None:
    """As if there had been a run before."""
    generation = installed.folder / "checkout/.sightline/gallery/collections/default/generations/1"
    generation.mkdir(parents=True)
    (generation / "manifest.json").touch()


def test_run_serves_what_was_published_before_while_it_indexes(installed: Workshop):
    installed.make("run")
    _, *both = installed.log()
    _publish(installed)
    (installed.folder / "checkout/.venv/bin/sightline").write_text(
        f"#!/bin/sh\n"
        f'printf "sightline %s [%s]\\n" "$*" "$SIGHTLINE_DATA_DIR" >> "$LOG"\n'
        # Each waits for the other, so it ends only if both run at once.
        f'mkfifo "{installed.folder}/meeting" 2>/dev/null\n'
        f'case "$1" in index) echo here > "{installed.folder}/meeting" ;;\n'
        f'serve) read word < "{installed.folder}/meeting" ;; esac\n'
    )
    assert installed.make("run").returncode == 0
    assert sorted(installed.log()) == sorted(both)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_run_that_is_told_to_end_takes_service_and_indexer_along(
    installed: Workshop, sent: signal.Signals
):
    installed.make("run")
    installed.log()
    _publish(installed)
    (installed.folder / "checkout/.venv/bin/sightline").write_text(
        "#!/bin/sh\n"
        # The group is told, and make's shell tells its own once more: heard once.
        'trap \'trap "" TERM; echo $1 ended >> "$LOG"; exit 0\' TERM\n'
        'echo $1 began >> "$LOG"\n'
        "while :; do sleep 0.05; done\n"
    )
    # A test run in the background is deaf to Ctrl-C, and what it starts would be too.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run = subprocess.Popen(
            ["make", "run", f"PYTHON={installed.folder}/python", "ACCELERATOR=cpu"],
            cwd=installed.folder / "checkout",
            env=installed.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, ours)
    try:
        log = installed.folder / "log"
        while not log.exists() or len(log.read_text("utf-8").splitlines()) < 2:
            assert run.poll() is None
            time.sleep(0.02)
        os.killpg(run.pid, sent)
        run.wait(60)
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
    said = _said_once_both_ended(installed)
    assert sorted(said[:2]) == ["index began", "serve began"]
    assert sorted(said[2:]) == ["index ended", "serve ended"]


def _said_once_both_ended(workshop: Workshop) -> list[str]:
    """The log; what was told to end may end a moment after the run."""
    log, patient_until = workshop.folder / "log", time.monotonic() + 30
    while log.read_text("utf-8").count("ended") < 2 and time.monotonic() < patient_until:
        time.sleep(0.05)
    return workshop.log()


def test_run_takes_a_folder_with_spaces_and_quotes_in_its_name(installed: Workshop):
    pictures = installed.folder / "my 'best' pictures"
    pictures.mkdir()
    assert installed.make("run", f"IMAGES={pictures}", "DATA=some where").returncode == 0
    assert installed.log()[0] == f"sightline index {pictures.resolve()} [some where]"


def test_run_opens_a_tilde_that_the_shell_left_closed(installed: Workshop):
    (installed.folder / "home/Pictures").mkdir(parents=True)
    assert installed.make("run", "IMAGES=~/Pictures", "DATA=~/index").returncode == 0
    home = (installed.folder / "home").resolve()
    assert installed.log()[0] == f"sightline index {home}/Pictures [{installed.folder}/home/index]"


def test_run_keeps_the_indexes_of_different_folders_apart(installed: Workshop):
    for name in ("one", "two"):
        (installed.folder / name).mkdir()
        installed.make("run", f"IMAGES={installed.folder / name}")
    installed.make("run", "IMAGES=../one/../one")
    one, _, two, _, same, _ = (line.split("[")[1] for line in installed.log())
    assert one != two
    assert one == same


def test_run_refuses_a_missing_folder_before_it_installs_anything(workshop: Workshop):
    refused = workshop.make("run", "IMAGES=no such folder")
    assert refused.returncode != 0
    assert "There is no folder or manifest called no such folder" in refused.stderr
    assert workshop.log() == []


def test_run_does_not_serve_what_could_not_be_indexed(installed: Workshop):
    (installed.folder / "checkout/.venv/bin/sightline").write_text("#!/bin/sh\nexit 3\n")
    assert installed.make("run").returncode != 0
    assert installed.log() == []
