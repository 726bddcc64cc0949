"""`sightline index --watch`: the loop around the runs."""

import os
import signal
from pathlib import Path

from app.cli.watch import watch_sources
from indexer.progress import IndexSummary
from models.fake_encoder import FakeEncoder


def test_interrupt_ends_the_watch_after_the_run_and_gives_the_signal_back(library, capsys):
    before = signal.getsignal(signal.SIGINT)
    library.add("new.jpg", "red")
    shown: list[IndexSummary] = []
    loads: list[int] = []

    def load() -> FakeEncoder:
        loads.append(1)
        assert isinstance(library.encoder, FakeEncoder)
        return library.encoder

    def show(summary: IndexSummary) -> None:
        shown.append(summary)
        os.kill(os.getpid(), signal.SIGINT)

    watch_sources(library.config(), [], library.encoder.info.fingerprint, load, show)
    assert [summary.new + summary.changed for summary in shown] == [1]
    assert loads == [1]
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().err.splitlines()[-1] == "stopped"
    assert Path(library.pictures / "new.jpg").exists()
