"""Who is asking: the session's cookie or a Bearer token, and the two ways to get one.

Invariants: under https the cookie has the `__Host-` prefix and is Secure (RFC 6265bis, section 4.1.3); no script reads
it; no address carries a token. A route is for logged-in users unless it says `opt=PUBLIC`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers.base import BaseRouteHandler
from litestar.types import HTTPScope

from hubbub.config import Config
from hubbub.domain.accounts import Session
from hubbub.domain.names import name_key
from hubbub.errors import Refused
from hubbub.http.requests import StrictRequest
from hubbub.http.visit import Visit, visit_of
from hubbub.service.services import Services
from hubbub.service.sessions import DAY_MS, NewSession
from hubbub.service.throttle import Throttle

PUBLIC: Final = {"public": True}
BEARER: Final = "bearer "
COOKIE: Final = "session"
HOST_COOKIE: Final = "__Host-session"
HOUR_SECONDS: Final = 3600

Connection: TypeAlias = ASGIConnection[Any, Any, Any, State]


def cookie_name(visit: Visit) -> str:
    """What the session's cookie is called; pages.py passes it to Node, and Node to us, under its plain name."""
    return HOST_COOKIE if visit.secure and not visit.internal else COOKIE


def token_of(connection: Connection) -> str | None:
    """The token of this request; a Bearer token comes before a cookie, being the one sent on purpose."""
    authorization = connection.headers.get("authorization", "")
    if authorization[: len(BEARER)].lower() == BEARER:
        return authorization[len(BEARER) :].strip()
    return connection.cookies.get(cookie_name(visit_of(cast("HTTPScope", connection.scope))))


def session_cookie(visit: Visit, token: str, days: int) -> Cookie:
    return Cookie(
        key=cookie_name(visit),
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=visit.secure,
        max_age=days * DAY_MS // 1000,
    )


def no_session_cookie(visit: Visit) -> Cookie:
    """Makes the browser forget the session's cookie."""
    return session_cookie(visit, "", 0)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Registering and logging in, with the bounds on trying. A throttle that is None lets everybody through."""

    services: Services
    names: Throttle | None
    addresses: Throttle | None
    accounts: Throttle | None

    async def register(self, visit: Visit, name: str, password: str, old_token: str | None) -> NewSession:
        """A new account, logged in; the session this client had before ends."""
        if self.accounts is not None:
            self.accounts.take(visit.address)
        user = await self.services.accounts.register(name, password)
        if old_token:
            await self.services.sessions.log_out(old_token)
        return await self.services.sessions.begin(user.id)

    async def log_in(self, visit: Visit, name: str, password: str, old_token: str | None) -> NewSession:
        """Tries are counted before the password is looked at (many may come at once), and given back when right."""
        key = name_key(name.strip())[:200]
        counted = [(self.addresses, visit.address), (self.names, key)]
        for throttle, counted_for in counted:
            if throttle is not None:
                throttle.take(counted_for)
        new = await self.services.sessions.log_in(name, password, old_token)
        for throttle, counted_for in counted:
            if throttle is not None:
                throttle.give_back(counted_for)
        return new


def make_entrance(services: Services, config: Config, clock: Callable[[], int]) -> Entrance:
    limits = config.limits
    if not limits.enabled:
        return Entrance(services, None, None, None)
    tries_per_second = limits.login_tries / limits.login_seconds
    return Entrance(
        services,
        names=Throttle(clock, per_second=tries_per_second, burst=limits.login_tries),
        addresses=Throttle(clock, per_second=tries_per_second, burst=limits.login_tries),
        accounts=Throttle(clock, per_second=limits.accounts_per_hour / HOUR_SECONDS, burst=limits.accounts_per_hour),
    )


@dataclass(frozen=True, slots=True)
class SessionGuard:
    """Lets only logged-in users to a route, no faster than each may; the session is then the request's `user`."""

    services: Services
    users: Throttle | None

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        if handler.opt.get("public"):
            return
        session = await self.services.sessions.authenticate(token_of(connection))
        if self.users is not None:
            self.users.take(session.user)
        connection.scope["user"] = session


def make_session_guard(services: Services, config: Config, clock: Callable[[], int]) -> SessionGuard:
    limits = config.limits
    if not limits.enabled:
        return SessionGuard(services, None)
    return SessionGuard(services, Throttle(clock, per_second=limits.commands_per_second, burst=limits.commands_burst))


async def session_of(request: StrictRequest) -> Session:
    """The session the guard found; raises `not_logged_in` on a public route."""
    session = request.scope.get("user")
    if not isinstance(session, Session):
        raise Refused("not_logged_in")
    return session
