"""Keys and roles in the OpenAPI document. Whether a key is needed depends on the settings, so the
document says that one may be sent, and which role it must have.
"""

import re
from typing import Any

from app.access.route_roles import OPEN, ROUTE_ROLES, role_for

_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of the service."},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
# As the document writes the addresses: without the kinds of their parameters.
_ADDRESSES = {re.sub(r":\w+}", "}", path): path for path in ROUTE_ROLES}
_WITH_OR_WITHOUT: list[dict[str, list[str]]] = [{}, {"bearer": []}, {"apiKey": []}]


def describe_keys(document: dict[str, Any]) -> None:
    """Add the ways to send a key, and the role that each operation asks for (`x-role`)."""
    document["components"]["securitySchemes"] = _SCHEMES
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            role = role_for(_ADDRESSES.get(path, path), method.upper())
            operation["security"] = [] if role is OPEN else _WITH_OR_WITHOUT
            if role is not OPEN:
                operation["x-role"] = str(role)
