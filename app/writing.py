"""The second look at whoever changes something: such a route asks for it by name, so that a wrong
row in the table of roles lets nobody through. Changes nothing itself.
"""

from typing import Annotated

from fastapi import Depends, Request

from app.access.callers import SCOPE_KEY, Caller
from app.access.roles import Role
from app.door_failures import KeyNeededError, RoleTooLowError


async def who_asks(request: Request) -> Caller:
    """Whoever the doors recognised."""
    caller = request.scope[SCOPE_KEY]
    assert isinstance(caller, Caller)
    return caller


async def may_write(request: Request) -> None:
    """Raises RoleTooLowError."""
    _check(await who_asks(request), Role.WRITE)


async def may_administer(request: Request) -> None:
    """Raises RoleTooLowError."""
    _check(await who_asks(request), Role.ADMIN)


async def may_keep_keys(request: Request) -> Caller:
    """Raises RoleTooLowError, and KeyNeededError for whoever has no key and is not on this machine:
    a key outlives the setting that let them in.
    """
    caller = await who_asks(request)
    _check(caller, Role.ADMIN)
    if not keeps_keys(caller):
        raise KeyNeededError(Role.ADMIN)
    return caller


def keeps_keys(caller: Caller) -> bool:
    """Whether they may make and end keys."""
    return caller.may(Role.ADMIN) and (caller.key is not None or caller.near)


def _check(caller: Caller, needed: Role) -> None:
    if not caller.may(needed):
        raise RoleTooLowError(needed, caller.role)


Asking = Annotated[Caller, Depends(who_asks)]
Writing = Annotated[None, Depends(may_write)]
Administering = Annotated[None, Depends(may_administer)]
KeyKeeping = Annotated[Caller, Depends(may_keep_keys)]
