"""POST /api/accounts: registering."""

from __future__ import annotations

from litestar import Response, post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.http.auth import PUBLIC, Entrance, token_of
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, StrictRequest
from hubbub.http.sessions import logged_in
from hubbub.http.visit import visit_of
from hubbub.protocol.replies import Me


class NewAccount(Body, frozen=True, kw_only=True):
    name: str
    password: str


@post(
    "/api/accounts",
    opt=PUBLIC,
    tags=["accounts"],
    summary="Register and log in",
    responses=refusals("bad_name", "name_taken", "bad_password", "registration_closed", "rate_limited"),
)
async def register(
    request: StrictRequest, entrance: Given[Entrance], days: Given[int], data: JSONBody[NewAccount]
) -> Response[Me]:
    """The first account of a server becomes its owner. The answer sets the session's cookie."""
    visit = visit_of(request.scope)
    new = await entrance.register(visit, data.name, data.password, token_of(request))
    return logged_in(visit, new, days, status=201)
