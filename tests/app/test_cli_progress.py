"""How an index run is shown, on a terminal and elsewhere."""

import io

import pytest
from rich.console import Console

from app.cli.progress import BarProgress, LineProgress, duration, progress_for_stderr


@pytest.fixture
def terminal() -> Console:
    """A terminal whose screen can be read."""
    return Console(file=io.StringIO(), force_terminal=True, width=120)


def _screen(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_bar_shows_count_total_and_skipped(terminal: Console):
    bar = BarProgress(terminal)
    bar.start(200)
    bar.advance(150, 3)
    bar._bar.refresh()
    assert "150/200" in _screen(terminal)
    assert "3 skipped" in _screen(terminal)
    bar._bar.stop()


def test_bar_is_one_bar_when_it_is_told_again_how_much_there_is(terminal: Console):
    bar = BarProgress(terminal)
    bar.start(200)
    bar.start(180)
    assert [task.total for task in bar._bar.tasks] == [180]
    bar._bar.stop()


def test_bar_stays_away_when_there_is_nothing_to_do(terminal: Console):
    bar = BarProgress(terminal)
    bar.start(0)
    bar.advance(0, 0)
    bar.note("nothing [to] do")
    assert _screen(terminal) == "nothing [to] do\n"


def test_lines_say_rate_and_time_left_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    now_s = [100.0]
    monkeypatch.setattr("app.cli.progress.time.monotonic", lambda: now_s[0])
    lines = LineProgress()
    lines.start(1000)
    for _ in range(10):
        now_s[0] += 1
        lines.advance(50, 1)
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "1,000 files to read",
        "250 of 1,000 files, 5 skipped, 50 files/s, 15 s left",
        "500 of 1,000 files, 10 skipped, 50 files/s, 10 s left",
    ]


def test_lines_are_chosen_where_standard_error_is_no_terminal():
    assert isinstance(progress_for_stderr(), LineProgress)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7325, "2 h 2 min")]
)
def test_duration_reads_as_people_say_it(seconds: float, said: str):
    assert duration(seconds) == said
