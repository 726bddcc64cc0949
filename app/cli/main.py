"""The entry point of `sightline`: registers the commands, and turns every domain error into one
line and an exit code. Loads nothing that a command does not need.
"""

import logging
import os
import sys

import typer

from app.cli import (
    classify,
    doctor,
    duplicates,
    evaluate,
    gallery,
    generations,
    index,
    info,
    jobs,
    keys,
    reindex,
    relevance,
    search,
    serve,
    tags,
    train,
    uploads,
    vocab,
    worker,
)
from app.client.errors import ClientError
from app.failures import AppError
from app.settings import let_openmp_threads_sleep
from indexer.errors import IndexerError
from models.errors import ModelError

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130

cli = typer.Typer(
    name="sightline",
    help="Find pictures by words, by pictures, or by a mix of both.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
cli.command("serve")(serve.serve_command)
cli.command("index")(index.index_command)
cli.add_typer(jobs.jobs)
cli.command("worker")(worker.worker_command)
cli.command("put")(uploads.put_command)
cli.command("remove")(uploads.remove_command)
cli.command("reindex")(reindex.reindex_command)
cli.add_typer(generations.generations)
cli.add_typer(keys.keys)
cli.command("search")(search.search_command)
cli.command("classify")(classify.classify_command)
cli.command("duplicates")(duplicates.duplicates_command)
cli.add_typer(vocab.vocab)
cli.add_typer(tags.tags)
cli.add_typer(evaluate.evaluate)
cli.add_typer(relevance.relevance)
cli.command("train")(train.train_command)
cli.command("info")(info.info_command)
cli.command("doctor")(doctor.doctor_command)
cli.command("gallery")(gallery.gallery_command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    let_openmp_threads_sleep()
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    try:
        cli()
    except (AppError, IndexerError, ModelError, ClientError) as error:
        typer.echo(f"sightline: {error}", err=True)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        typer.echo("sightline: interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`sightline search … | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
