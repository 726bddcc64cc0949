"""`sightline worker`: runs jobs, one after the other. The service starts one by itself; run it by
hand where the service was told not to (`worker: off`), or to have a job done without a service.
"""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import typer

from app.cli import options
from app.cli.index import index_config
from app.cli.options import settings_from
from app.settings import Settings
from indexer.config import IndexConfig

Once = Annotated[
    bool, typer.Option("--once", help="End when there is nothing to do, instead of waiting.")
]
IdleExitS = Annotated[
    float | None,
    typer.Option("--idle-exit-s", min=0, help="End after so many seconds without a job."),
]
Warm = Annotated[
    bool, typer.Option("--warm", help="Load the collection's model at once, before any job.")
]


def worker_command(
    once: Once = False,
    idle_exit_s: IdleExitS = None,
    warm: Warm = False,
    data_dir: options.DataDir = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    batch_size: options.BatchSize = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
    max_file_bytes: options.MaxFileBytes = None,
    max_file_pixels: options.MaxFilePixels = None,
    decode_workers: options.DecodeWorkers = None,
    thumbnails: options.Thumbnails = None,
    embed_captions: options.EmbedCaptions = None,
    index_kind: options.IndexKind = None,
    wanted_recall: options.WantedRecall = None,
    file_facts: options.FileFacts = None,
    keep_generations: options.KeepGenerations = None,
    low_priority: options.LowPriority = None,
    log_level: options.LogLevel = None,
) -> None:
    """Run the jobs that are queued and those that schedules queue, until Ctrl-C."""
    settings = settings_from(locals())
    _run(settings, 0.0 if once else idle_exit_s, warm)


def _run(settings: Settings, idle_exit_s: float | None, warm: bool) -> None:
    from app.model_choice import model_for, model_to_add
    from indexer.jobs.priority import yield_to_others
    from indexer.jobs.worker import Worker, WorkerSetup
    from models.loading import load_encoder, model_key

    def config_for(collection: str) -> IndexConfig:
        return index_config(settings.model_copy(update={"collection": collection}))

    setup = WorkerSetup(
        settings.data_dir,
        config_for,
        model_for=lambda config: model_for(settings, config),
        load_encoder=load_encoder,
        model_key=model_key,
        model_to_add=lambda config: model_to_add(settings, config),
        make_yield=yield_to_others if settings.low_priority else None,
    )
    worker = Worker(setup, say=typer.echo)
    _stop_on_signals(worker.stop)
    if warm:
        worker.warm(settings.collection)
    worker.run(idle_exit_s)


def _stop_on_signals(stop: Callable[[], None]) -> None:
    """A first signal ends the worker at its next batch, a second one at once."""

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
