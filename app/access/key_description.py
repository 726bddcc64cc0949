"""Keys and roles in the OpenAPI document. Whether a key is needed depends on the settings, so the
document says that one may be sent, and which role it must have.
"""

import re
from typing import Any

from app.access.route_roles import OPEN, ROUTE_ROLES, role_for
from app.access.session_store import COOKIE_PREFIX

_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of the service."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": f"{COOKIE_PREFIX}ID",
        "description": "Of whoever has signed in: `POST /v1/session` sets it, with the service's "
        "own ID in its name, so that services on one host do not take each other's.",
    },
}
# As the document writes the addresses: without the kinds of their parameters.
_ADDRESSES = {re.sub(r":\w+}", "}", path): path for path in ROUTE_ROLES}
_Ways = list[dict[str, list[str]]]
_WITH_OR_WITHOUT: _Ways = [{}, {"bearer": []}, {"apiKey": []}, {"session": []}]
_WITH_A_KEY: _Ways = [{"bearer": []}, {"apiKey": []}]
_SIGNING_IN = ("/v1/session", "post")


def describe_keys(document: dict[str, Any]) -> None:
    """Add the ways to send a key, and the role that each operation asks for (`x-role`)."""
    document["components"]["securitySchemes"] = _SCHEMES
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            role = role_for(_ADDRESSES.get(path, path), method.upper())
            ways = _WITH_A_KEY if (path, method) == _SIGNING_IN else _WITH_OR_WITHOUT
            operation["security"] = [] if role is OPEN else ways
            if role is not OPEN:
                operation["x-role"] = str(role)
