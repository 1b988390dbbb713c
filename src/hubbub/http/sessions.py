"""POST and DELETE /api/session, GET /api/me: logging in and out, and who one is."""

from __future__ import annotations

from litestar import Response, delete, get, post
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.http.auth import PUBLIC, Entrance, no_session_cookie, session_cookie, token_of
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, StrictRequest
from hubbub.http.visit import Visit, visit_of
from hubbub.protocol.replies import Me
from hubbub.service.services import Services
from hubbub.service.sessions import NewSession


class Credentials(Body, frozen=True, kw_only=True):
    name: str
    password: str


def me_of(session: Session) -> Me:
    return Me(id=session.user, name=session.name, role=session.role)


def logged_in(visit: Visit, new: NewSession, days: int, *, status: int) -> Response[Me]:
    return Response(me_of(new.session), status_code=status, cookies=[session_cookie(visit, new.token, days)])


@post(
    "/api/session",
    status_code=200,
    opt=PUBLIC,
    tags=["session"],
    summary="Log in",
    responses=refusals("wrong_credentials", "rate_limited"),
)
async def log_in(
    request: StrictRequest, entrance: Given[Entrance], days: Given[int], data: JSONBody[Credentials]
) -> Response[Me]:
    """Sets the session's cookie, whose value also serves as a Bearer token. The session one had before ends."""
    visit = visit_of(request.scope)
    new = await entrance.log_in(visit, data.name, data.password, token_of(request))
    return logged_in(visit, new, days, status=200)


@delete("/api/session", status_code=204, tags=["session"], summary="Log out", responses=refusals("not_logged_in"))
async def log_out(request: StrictRequest, services: Given[Services]) -> Response[None]:
    """Ends the session, and closes its sockets with 4001."""
    await services.sessions.log_out(token_of(request) or "")
    return Response(None, status_code=204, cookies=[no_session_cookie(visit_of(request.scope))])


@get("/api/me", tags=["session"], summary="Who is logged in", responses=refusals("not_logged_in"))
async def fetch_me(session: Given[Session]) -> Me:
    return me_of(session)
