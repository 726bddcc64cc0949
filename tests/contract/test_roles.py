"""Holds every route to the table of roles: no route without a row, no row without a route."""

from fastapi.routing import APIRoute

from app.access.doors import doors_of
from app.access.roles import Role
from app.access.route_roles import OPEN, ROUTE_ROLES
from app.main import _ROUTERS, create_app
from app.settings import Settings
from app.writing import may_administer, may_write

# What is open to everybody is listed twice, so that opening a route takes two deliberate lines.
# Of /v1/session that is signing out: a cookie that opens nothing any more can still be put away.
OPEN_TO_ALL = {"/", "/static", "/docs", "/docs/style.css", "/openapi.json", "/healthz", "/readyz"}
OPEN_TO_ALL |= {"/v1/session"}
NOT_FROM_ROUTERS = {"/static", "/openapi.json"}


def _routes() -> list[APIRoute]:
    return [one for router in _ROUTERS for one in router.routes if isinstance(one, APIRoute)]


def test_every_route_has_a_role():
    missing = [
        f"{method} {door.path}"
        for door in doors_of(_ROUTERS)
        for method in door.methods - {"HEAD"}
        if method not in ROUTE_ROLES.get(door.path, {})
    ]
    assert not missing, f"app/access/route_roles.py has no role for {missing}"


def test_every_row_is_that_of_a_route():
    known = {(door.path, method) for door in doors_of(_ROUTERS) for method in door.methods}
    rows = {
        (path, method)
        for path, methods in ROUTE_ROLES.items()
        for method in methods
        if path not in NOT_FROM_ROUTERS
    }
    assert rows - known == set()


def test_every_router_holds_plain_routes_that_the_doors_can_see():
    assert all(isinstance(one, APIRoute) for router in _ROUTERS for one in router.routes)


def test_only_the_page_the_reference_and_probes_are_open():
    is_open = {path for path, methods in ROUTE_ROLES.items() if OPEN in methods.values()}
    assert is_open == OPEN_TO_ALL


def test_only_questions_are_answered_to_whoever_may_search():
    """What changes something says so twice: by its role, and by asking for `Writing`, or for
    `Administering`.
    """
    for route in _routes():
        asked = {one.call for one in route.dependant.dependencies}
        for method in (route.methods or set()) - {"HEAD"}:
            role = ROUTE_ROLES.get(route.path, {}).get(method)
            changes = role in (Role.WRITE, Role.ADMIN)
            assert (may_write in asked) == (role is Role.WRITE), f"{method} {route.path}"
            assert (may_administer in asked) == (role is Role.ADMIN), f"{method} {route.path}"
            signs_out = (method, route.path) == ("DELETE", "/v1/session")
            assert changes or signs_out or method in ("GET", "POST"), f"{method} {route.path}"


def test_openapi_document_names_the_role_of_every_operation():
    document = create_app(Settings()).openapi()
    rows = {path.replace(":path}", "}"): methods for path, methods in ROUTE_ROLES.items()}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            role = rows[path][method.upper()]
            assert operation.get("x-role") == role
            assert bool(operation["security"]) == (role is not OPEN)
