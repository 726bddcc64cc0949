"""The app factory and its lifespan: settings and an encoder loader in, an ASGI app out.

Nothing is loaded before the app starts, and starting does not wait for the model: /healthz answers
at once, /readyz when questions can be answered.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from app.access.doors import Doors, doors_of
from app.access.keyring import Keyring
from app.api_description import DescribedApp
from app.engines import EncoderLoader
from app.errors import install_error_handlers
from app.leaving import LeavingClients
from app.request_ids import HEADER
from app.request_log import RequestLog
from app.routes import (
    classify,
    collections,
    decisions,
    duplicates,
    embeddings,
    fields,
    generations,
    health,
    heatmap,
    images,
    jobs,
    keys,
    maps,
    metrics,
    model,
    page,
    reference,
    schedules,
    search,
    sessions,
    tag_sets,
    uploads,
    vocabularies,
)
from app.security import BodyLimit, Guard, HostCheck, allowed_names
from app.settings import Settings
from app.span_export import traces_of
from app.state import ServiceState
from app.tracing import TracedRequests
from app.turning_away import TurningAway
from models.loading import load_encoder

_ROUTERS = (
    search.router,
    classify.router,
    embeddings.router,
    images.router,
    heatmap.router,
    uploads.router,
    collections.router,
    jobs.router,
    schedules.router,
    generations.router,
    decisions.router,
    duplicates.router,
    fields.router,
    maps.router,
    vocabularies.router,
    tag_sets.router,
    keys.router,
    sessions.router,
    model.router,
    health.router,
    metrics.router,
    reference.router,
    page.router,
)


def create_app(
    settings: Settings | None = None, encoder_loader: EncoderLoader = load_encoder
) -> FastAPI:
    """The whole service as an ASGI app; settings come from the environment when not given."""
    settings = settings or Settings()
    tracing = traces_of(settings, installed_version())
    state = ServiceState(settings, encoder_loader, tracing)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        state.begin()
        yield
        await state.close()
        if tracing is not None:
            await tracing.close(settings.shutdown_grace_s)

    app = DescribedApp(
        title="Sightline",
        version=installed_version(),
        description="Find pictures by words, by pictures, or by a weighted mix of both.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        middleware=_middleware(state),
    )
    app.state.sightline = state
    install_error_handlers(app)
    app.router.routes.extend(_routes())
    app.mount("/static", page.PAGE_FILES)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """All routes; what FastAPI works out about one lies with it, and holds for every app."""
    together = FastAPI(openapi_url=None, generate_unique_id_function=_operation_id)
    for router in _ROUTERS:
        together.include_router(router)
    return tuple(together.router.routes)


def _middleware(state: ServiceState) -> list[Middleware]:
    """What stands before every route, the outermost first."""
    settings = state.settings
    foreign_pages = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_list(),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "X-API-Key", "Content-Type", "Last-Event-ID", HEADER],
        expose_headers=["Retry-After", "Location", "ETag", HEADER],
    )
    return [
        Middleware(RequestLog, queries=settings.log_queries, metrics=state.metrics),
        *([Middleware(TracedRequests, tracing=state.tracing)] if state.tracing else []),
        Middleware(Guard),
        Middleware(HostCheck, names=allowed_names(settings.host, settings.allowed_hosts)),
        *([foreign_pages] if settings.cors_list() else []),
        Middleware(
            Doors,
            settings=settings,
            keyring=Keyring(settings.data_dir),
            doors=doors_of(_ROUTERS),
        ),
        Middleware(TurningAway, state=state),
        Middleware(LeavingClients),
        Middleware(BodyLimit, max_bytes=settings.max_upload_bytes),
    ]


def installed_version() -> str:
    """The version of the installed package; `0` when it runs from a bare checkout."""
    try:
        return version("sightline")
    except PackageNotFoundError:
        return "0"


def _operation_id(route: APIRoute) -> str:
    return route.name
