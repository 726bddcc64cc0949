"""Who is turned away at the door, and why: a branch of the tree in `failures`.

    AppError
    └── DoorError               carries the headers of its answer: .headers
        ├── KeyNeededError      no key, where one is needed
        ├── WrongKeyError       a key that opens nothing
        ├── RoleTooLowError     a key that does not open this: .needed, .role
        ├── RateLimitedError    too many requests of one caller: .retry_after_s
        ├── KeysUnreadableError the file of keys cannot be read: .path
        ├── KeyNotFoundError    no key with this id: .key_id
        └── NoKeysError         a public address, and no key: .host

No message names what a key holds.
"""

from pathlib import Path

from app.access.roles import Role
from app.failures import AppError

_CHALLENGE = 'Bearer realm="sightline"'


class DoorError(AppError):
    """Somebody is not let in."""

    headers: dict[str, str]

    def __init__(self, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.headers = headers or {}


class KeyNeededError(DoorError):
    """This asks for a key."""

    def __init__(self, needed: Role) -> None:
        super().__init__(
            f"this needs a key of the role {needed}: send Authorization: Bearer KEY, or X-API-Key",
            {"WWW-Authenticate": _CHALLENGE},
        )
        self.needed = needed


class WrongKeyError(DoorError):
    """The key is none of ours, or was revoked."""

    def __init__(self) -> None:
        super().__init__(
            "this key opens nothing: it is mistyped, was revoked, or is for another service",
            {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        )


class RoleTooLowError(DoorError):
    """The key is good, and opens less than this."""

    def __init__(self, needed: Role, role: Role | None) -> None:
        super().__init__(
            f"this needs the role {needed}, and this request has "
            + (f"the role {role}" if role else "none"),
            {"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{needed}"'},
        )
        self.needed = needed
        self.role = role


class RateLimitedError(DoorError):
    """One caller asks too often."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            f"too many requests from you; try again in {retry_after_s} s",
            {"Retry-After": str(retry_after_s)},
        )
        self.retry_after_s = retry_after_s


class KeysUnreadableError(DoorError):
    """The file of keys is not ours to read, or not whole: nobody is let in."""

    def __init__(self, path: Path, reason: Exception) -> None:
        super().__init__(f"{path} cannot be read: {reason}")
        self.path = path


class KeyNotFoundError(DoorError):
    """No key has this id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"there is no key {key_id!r}; `sightline keys list` shows those there are")
        self.key_id = key_id


class NoKeysError(DoorError):
    """A service that others can reach would let in everybody, or nobody."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} can be reached from other machines, and there is no key yet: make one with "
            "`sightline keys create --role search`, or say --insecure to let everybody search and "
            "see every picture"
        )
        self.host = host
