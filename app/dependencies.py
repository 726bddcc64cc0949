"""How a route gets at what lives as long as the process, and the checked parameters that routes
share. Decides nothing.
"""

from typing import Annotated

from fastapi import Depends, Query, Request

from app.schemas import CollectionName
from app.state import Ready, ServiceState


async def service_state(request: Request) -> ServiceState:
    """The state that the app factory made."""
    state = request.app.state.sightline
    assert isinstance(state, ServiceState)
    return state


async def ready_parts(state: Annotated[ServiceState, Depends(service_state)]) -> Ready:
    """The loaded parts. Raises NotReadyError while they load, ModelError if they cannot."""
    return state.ready


async def collection_name(
    state: Annotated[ServiceState, Depends(service_state)],
    collection: Annotated[CollectionName | None, Query()] = None,
) -> str:
    """The collection that the request names, or the configured one."""
    return collection or state.settings.collection


State = Annotated[ServiceState, Depends(service_state)]
Parts = Annotated[Ready, Depends(ready_parts)]
Collection = Annotated[str, Depends(collection_name)]
