"""POST /v1/embeddings and GET /v1/models, as clients of the OpenAI API ask for them."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from app.bounds import MAX_MODEL_NAME_CHARS
from app.dependencies import Parts, State
from app.embedding import answer_json, embed, read_embeddings
from app.embedding_schemas import EmbeddingsAnswer, EmbeddingsBody, ModelEntry, ModelsAnswer
from app.failures import ModelNotFoundError
from app.model_names import NamedModel, model_named, named_models
from app.routes.described import json_body_of

router = APIRouter(tags=["embeddings"])

_BODY: dict[str, Any] = json_body_of(EmbeddingsBody)
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"model": EmbeddingsAnswer, "description": "The embeddings, in the order of the inputs."}
}
ModelName = Annotated[str, Path(max_length=MAX_MODEL_NAME_CHARS)]


@router.post(
    "/v1/embeddings",
    summary="Embed texts and pictures",
    responses=_ANSWER,
    response_class=Response,
    openapi_extra=_BODY,
)
async def create_embeddings(state: State, parts: Parts, request: Request) -> Response:
    """Embeddings of texts and pictures, comparable with each other and with what is indexed."""
    watch = state.stopwatch()
    with watch.step("decode"):
        question = await read_embeddings(state, request)
    default = state.settings.collection
    with model_named(parts.live, question.model, question.collection, default) as model:
        embeddings = await embed(state, model.engine, question, watch)
        tokens = await model.engine.batcher.count_tokens(question.texts)
    body = await state.decode.run(
        answer_json, model.name, embeddings, tokens, in_base64=question.in_base64
    )
    return Response(body, media_type="application/json")


@router.get("/v1/models", summary="The loaded models")
async def list_models(parts: Parts) -> ModelsAnswer:
    """The models that answer now, that of the configured collection first."""
    return ModelsAnswer(data=[_entry(model) for model in named_models(parts.live)])


@router.get("/v1/models/{name:path}", summary="A loaded model")
async def show_named_model(parts: Parts, name: ModelName) -> ModelEntry:
    """The model of this name or fingerprint."""
    models = named_models(parts.live)
    for model in models:
        if name in (model.name, model.engine.info.fingerprint):
            return _entry(model)
    raise ModelNotFoundError(name, [model.name for model in models])


def _entry(model: NamedModel) -> ModelEntry:
    info = model.engine.info
    return ModelEntry(
        id=model.name,
        fingerprint=info.fingerprint,
        dim=info.dim,
        context_length=info.context_length,
        image_size=info.image_size,
        collections=list(model.collections),
    )
