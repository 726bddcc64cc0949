"""`sightline relevance`: fit relevance to a collection that has captions, and show what is used."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.options import settings_from
from app.failures import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.settings import Settings
    from indexer.catalog.records import Item
    from indexer.searcher import Searcher
    from models.encoder import Embeddings, Encoder
    from models.evaluation.relevance_fit import Trials
    from models.relevance import Modality, ModalityFit, RelevanceFit

relevance = typer.Typer(
    name="relevance",
    help="Fit how scores become relevance to a collection's captions, and show what is used.",
    no_args_is_help=True,
)

Pictures = Annotated[
    int, typer.Option("--pictures", min=1, help="At most so many are asked about.")
]
Seed = Annotated[int, typer.Option("--seed", help="Another seed draws other pictures.")]

FEWEST_PICTURES = 100  # half of them are fitted to, and fewer than 50 fit nothing
_STRANGE_SCENES, _STRANGE_PICTURES = 300, 64
_FIGURES = ("ece_hits", "ece_first", "ece_match", "auroc", "wrongly_refused")


@relevance.command("fit")
def fit_command(
    pictures: Pictures = 1000,
    seed: Seed = 0,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
) -> None:
    """Fit to half of the captioned pictures, measure on the rest, keep what is better."""
    from app.cli.asking import load_model_of, open_searcher
    from app.relevance import fit_path
    from models.relevance_file import write_relevance

    settings = settings_from(locals())
    with open_searcher(settings) as searcher:
        encoder = load_model_of(settings, searcher)
        items = [item for item in searcher.sample(pictures, seed) if item.captions]
        if len(items) < FEWEST_PICTURES:
            raise InvalidRequestError(
                f"{len(items):,} of the pictures that were looked at have captions; a fit needs "
                f"{FEWEST_PICTURES}"
            )
        fit = _fit(settings, encoder, searcher, items, seed)
    if fit.modalities:
        path = fit_path(settings.data_dir, settings.collection)
        write_relevance(path, encoder.info.fingerprint, fit)
    _show(settings, fit, as_json)


@relevance.command("show")
def show_command(
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
) -> None:
    """Show what judges this collection's hits, and what it is worth."""
    from app.cli.asking import open_searcher
    from app.model_choice import model_of
    from app.relevance import fit_for
    from models.loading import model_relevance

    settings = settings_from(locals())
    with open_searcher(settings) as searcher:
        record = searcher.record
        of_model = model_relevance(model_of(settings, record), record.fingerprint)
        fit = fit_for(settings.data_dir, settings.collection, record.fingerprint, of_model)
    _show(settings, fit, as_json)


def _fit(
    settings: Settings, encoder: Encoder, searcher: Searcher, items: Sequence[Item], seed: int
) -> RelevanceFit:
    """What the collection's captions teach, where that is better than what the model brings."""
    from app.model_choice import model_of
    from models.classifier import background
    from models.evaluation.relevance_fit import fit_relevance, halves, put_to_test
    from models.evaluation.relevance_questions import captioned, strangers
    from models.evaluation.relevance_report import with_figures
    from models.loading import model_relevance
    from models.prompts import class_embeddings
    from models.relevance import RelevanceFit

    names = class_embeddings(encoder, background().names, [background().template])
    captions = [item.captions for item in items]
    own = captioned(encoder, "pictures", searcher.embeddings(items), captions, seed=seed)
    texts, drawn = _strangers(encoder, seed)
    others = strangers(encoder, texts, drawn, seed=seed)
    to_fit, to_report = (
        put_to_test(mine, theirs, names, seed=seed) for mine, theirs in halves(own, others, seed)
    )
    fitted_on = f"half of {len(items):,} pictures of {settings.collection} with captions"
    fit = with_figures(fit_relevance(to_fit, fitted_on, names), to_report)
    of_model = model_relevance(model_of(settings, searcher.record), encoder.info.fingerprint)
    kept = {
        modality: one
        for modality, one in fit.modalities.items()
        if _is_better(modality, one, of_model, to_report)
    }
    return RelevanceFit(fitted_on, kept, names)


def _is_better(
    modality: Modality, own: ModalityFit, of_model: RelevanceFit | None, tested: Trials
) -> bool:
    """Whether the own fit explains pictures that neither has seen better than the model's does."""
    from models.evaluation.relevance_report import log_loss

    if of_model is None or modality not in of_model.modalities:
        return True
    part = tested.where(tested.modality == modality)
    return log_loss(own, part) < log_loss(of_model.modalities[modality], part)


def _strangers(encoder: Encoder, seed: int) -> tuple[list[str], Embeddings]:
    """Captions and embedded pictures of a collection that nobody has: a drawn one."""
    from indexer.gallery.captions import captions
    from indexer.gallery.render import draw_scene
    from indexer.gallery.scenes import sample_scenes
    from models.images import DecodedImage

    scenes = sample_scenes(_STRANGE_SCENES, seed + 1)
    side = 2 * encoder.info.image_size
    drawn = [draw_scene(scene, side) for scene in scenes[:_STRANGE_PICTURES]]
    images = [DecodedImage(one, one.shape[1], one.shape[0], "PNG") for one in drawn]
    return [text for scene in scenes for text in captions(scene)], encoder.encode_image(images)


def _show(settings: Settings, fit: RelevanceFit | None, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_as_dict(settings, fit), ensure_ascii=False))
    elif fit is None:
        typer.echo("nothing is fitted for this model: relevance is not known")
    elif not fit.modalities:
        typer.echo("what the model brings is better than what these captions teach: nothing stored")
    else:
        typer.echo(f"fitted to {fit.fitted_on}")
        for modality, one in fit.modalities.items():
            figures = "  ".join(
                f"{name} {one.figures[name]:.3f}" for name in _FIGURES if name in one.figures
            )
            typer.echo(f"{modality:6} {figures}")


def _as_dict(settings: Settings, fit: RelevanceFit | None) -> dict[str, Any]:
    modalities = {} if fit is None else fit.modalities
    return {
        "collection": settings.collection,
        "fitted_on": None if fit is None else fit.fitted_on,
        "modalities": {
            str(modality): {
                "no_good_match_below": one.no_good_match_below,
                "figures": dict(one.figures),
            }
            for modality, one in modalities.items()
        },
    }
