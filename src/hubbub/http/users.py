"""GET /api/users: names for ids, and people by the beginning of their name."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency as Given
from litestar.params import QueryParameter

from hubbub.domain.accounts import Session
from hubbub.domain.ids import is_id
from hubbub.errors import Refused
from hubbub.http.problems import refusals
from hubbub.protocol.events import UserView
from hubbub.service.services import Services

MAX_IDS = 4000


class UserList(msgspec.Struct, frozen=True, kw_only=True):
    users: list[UserView]


@get("/api/users", tags=["users"], summary="Find people", responses=refusals("bad_request", "not_logged_in"))
async def find_users(
    services: Given[Services],
    session: Given[Session],
    ids: Annotated[str | None, QueryParameter(max_length=MAX_IDS, description="ULIDs, comma between.")] = None,
    prefix: Annotated[str | None, QueryParameter(max_length=100, description="How the name begins.")] = None,
) -> UserList:
    """Give `ids` (at most 100; unknown ones are left out) or `prefix`."""
    if (ids is None) is (prefix is None):
        raise Refused("bad_request", "Give either ids or prefix.")
    if prefix is not None:
        return UserList(users=await services.accounts.find_users(session, prefix))
    wanted = [id for id in (ids or "").split(",") if id]
    if not all(map(is_id, wanted)):
        raise Refused("bad_request", "ids: one of them is no ULID.")
    return UserList(users=await services.accounts.fetch_users(session, wanted))
