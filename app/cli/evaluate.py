"""`sightline eval`: the group of commands that measure. One file each; this one only names them."""

import typer

from app.cli import evaluate_index, evaluate_retrieval, evaluate_zeroshot

evaluate = typer.Typer(
    name="eval",
    help="Measure a model, or the index of a collection.",
    no_args_is_help=True,
    add_completion=False,
)
evaluate.command("retrieval")(evaluate_retrieval.retrieval_command)
evaluate.command("zeroshot")(evaluate_zeroshot.zeroshot_command)
evaluate.command("index")(evaluate_index.index_command)
