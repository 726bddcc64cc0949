"""The second look at whoever changes something: such a route asks for it by name, so that a wrong
row in the table of roles lets nobody through. Changes nothing itself.
"""

from typing import Annotated

from fastapi import Depends, Request

from app.access.callers import SCOPE_KEY, Caller
from app.access.roles import Role
from app.door_failures import RoleTooLowError


async def may_write(request: Request) -> None:
    """Raises RoleTooLowError."""
    caller = request.scope[SCOPE_KEY]
    assert isinstance(caller, Caller)
    if not caller.may(Role.WRITE):
        raise RoleTooLowError(Role.WRITE, caller.role)


Writing = Annotated[None, Depends(may_write)]
