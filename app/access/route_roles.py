"""The one table of roles: every address of the service, its methods, and who may use them.

A route that is not here asks for `admin`, and a contract test fails until it is. OPEN routes need
nobody to say who they are. HEAD is GET. Enforces nothing itself: `doors` does.
"""

from app.access.roles import Role

OPEN = None
SEARCH, WRITE, ADMIN = Role

ROUTE_ROLES: dict[str, dict[str, Role | None]] = {
    # the page and the reference: the same for everybody, and nothing of the pictures in them
    "/": {"GET": OPEN},
    "/static": {"GET": OPEN},
    "/docs": {"GET": OPEN},
    "/docs/style.css": {"GET": OPEN},
    "/openapi.json": {"GET": OPEN},
    # probes
    "/healthz": {"GET": OPEN},
    "/readyz": {"GET": OPEN},
    # traffic and load, besides what collections and jobs say to the same role
    "/metrics": {"GET": SEARCH},
    # questions
    "/v1/search": {"GET": SEARCH, "POST": SEARCH},
    "/v1/classify": {"POST": SEARCH},
    "/v1/embeddings": {"POST": SEARCH},
    "/v1/models": {"GET": SEARCH},
    "/v1/models/{name:path}": {"GET": SEARCH},
    "/v1/model": {"GET": SEARCH},
    "/v1/images/{image_id}": {"GET": SEARCH, "PUT": WRITE, "DELETE": WRITE},
    "/v1/images/{image_id}/thumbnail": {"GET": SEARCH},
    "/v1/images/{image_id}/heatmap": {"GET": SEARCH},
    "/v1/images/{image_id}/info": {"GET": SEARCH},
    "/v1/collections": {"GET": SEARCH},
    "/v1/collections/{name}": {"GET": SEARCH},
    "/v1/collections/{name}/skipped": {"GET": SEARCH},
    "/v1/collections/{name}/sample": {"GET": SEARCH},
    "/v1/collections/{name}/fields": {"GET": SEARCH},
    "/v1/collections/{name}/generations": {"GET": SEARCH},
    "/v1/collections/{name}/map": {"GET": SEARCH},
    "/v1/collections/{name}/map/places": {"GET": SEARCH},
    "/v1/collections/{name}/map/tiles/{level}/{x}/{y}": {"GET": SEARCH},
    "/v1/collections/{name}/map/tiles/{level}/{x}/{y}/sheet": {"GET": SEARCH},
    "/v1/collections/{name}/rollback": {"POST": ADMIN},
    "/v1/duplicates": {"GET": SEARCH},
    "/v1/duplicates/decisions": {"GET": SEARCH, "POST": WRITE, "DELETE": WRITE},
    "/v1/vocabularies": {"GET": SEARCH},
    "/v1/tag-sets": {"GET": SEARCH},
    "/v1/tag-sets/{name}": {"GET": SEARCH, "PUT": WRITE, "DELETE": WRITE},
    # keys, and who asks
    "/v1/caller": {"GET": SEARCH},
    # whoever holds a cookie may put it away, also one that opens nothing any more
    "/v1/session": {"POST": SEARCH, "DELETE": OPEN},
    "/v1/keys": {"GET": ADMIN, "POST": ADMIN},
    "/v1/keys/{key_id}": {"DELETE": ADMIN},
    # jobs
    "/v1/jobs": {"GET": SEARCH, "POST": WRITE},
    "/v1/jobs/{job_id}": {"GET": SEARCH},
    "/v1/jobs/{job_id}/pause": {"POST": WRITE},
    "/v1/jobs/{job_id}/resume": {"POST": WRITE},
    "/v1/jobs/{job_id}/cancel": {"POST": WRITE},
    "/v1/jobs/{job_id}/retry-skipped": {"POST": WRITE},
    "/v1/jobs/{job_id}/events": {"GET": SEARCH},
    "/v1/jobs/{job_id}/skipped": {"GET": SEARCH},
    "/v1/schedules": {"GET": SEARCH, "POST": WRITE},
    "/v1/schedules/{schedule_id}": {"DELETE": WRITE},
}


def role_for(path: str, method: str) -> Role | None:
    """The role that a route asks for; OPEN (None) for none, `admin` for a route without a row."""
    return ROUTE_ROLES.get(path, {}).get(method, ADMIN)
