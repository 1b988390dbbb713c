"""Puts HTTP together: what every request passes, then who answers it.

The order is what counts here: headers for every answer, then where the request comes from, then static files (which
nothing protects and no rate bounds), then rates, then the API and the forms, and the pages for everything else.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import cast

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import HTTPScope, Message, Receive, Scope, Send

from hubbub.config import Config
from hubbub.errors import Refused
from hubbub.http.api import Ready, make_api
from hubbub.http.files import FILES, FilePages
from hubbub.http.metrics import METRICS_PATH
from hubbub.http.problems import log_error, refused_of, send_problem
from hubbub.http.security import API, FORMS, check_request, is_under, with_security_headers
from hubbub.http.static import StaticFiles
from hubbub.http.visit import SCOPE_KEY, Visit, describe_visit, new_request_id
from hubbub.metrics.requests import Requests
from hubbub.service.at_once import AtOnce
from hubbub.service.services import Services
from hubbub.service.throttle import Throttle
from hubbub.telemetry import get_logger, request_context

HttpApp = Callable[[HTTPScope, Receive, Send], Awaitable[None]]

PROBES = frozenset({"/healthz", "/readyz"})


def make_app(
    services: Services,
    config: Config,
    *,
    clock: Callable[[], int],
    ready: Ready,
    internal_token: str,
    pages: HttpApp | None = None,
    files: StaticFiles | None = None,
    metrics: HttpApp | None = None,
    requests: Requests | None = None,
) -> Application:
    """The whole of HTTP as one ASGI application.

    `clock` gives milliseconds; `ready` returns how the parts fare when the store answers, and raises otherwise;
    `internal_token` is what our own Node process proves itself with (header `X-Hubbub-Internal`); without `pages` there
    is the API only; `requests` counts what is answered, and `metrics` tells it, among other things.
    """
    limits = config.limits
    addresses = None
    if limits.enabled:
        addresses = Throttle(clock, per_second=limits.address_commands_per_second, burst=limits.address_commands_burst)
    api = make_api(services, config, clock=clock, ready=ready)
    return Application(
        config,
        internal_token,
        api=api,
        contents=FilePages(services, make_file_throttle(config, clock), AtOnce(config.files.downloads)),
        pages=pages,
        files=files,
        metrics=metrics,
        addresses=addresses,
        requests=requests or Requests(),
    )


def make_file_throttle(config: Config, clock: Callable[[], int]) -> Throttle | None:
    """A page shows many thumbnails at once: they are counted apart from what people do."""
    if not config.limits.enabled:
        return None
    return Throttle(clock, per_second=config.files.requests_per_second, burst=config.files.requests_burst)


class Application:
    """One ASGI application; the server's lifespan events go to Litestar."""

    def __init__(
        self,
        config: Config,
        internal_token: str,
        *,
        api: Litestar,
        contents: FilePages,
        pages: HttpApp | None,
        files: StaticFiles | None,
        metrics: HttpApp | None,
        addresses: Throttle | None,
        requests: Requests,
    ) -> None:
        self._config = config
        self._internal_token = internal_token
        self.api = api
        self._contents = contents
        self._pages = pages
        self._files = files
        self._metrics = metrics
        self._addresses = addresses
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self.api(scope, receive, send)
            return
        unknown = Visit(new_request_id(), "", "", False)
        try:
            visit = describe_visit(scope, self._config, self._internal_token)
        except Refused as refused:
            await send_problem(scope, with_security_headers(send, unknown), refused, unknown.id)
            return
        scope.setdefault("state", {})[SCOPE_KEY] = visit
        with request_context(visit.id):
            await self._answer(scope, receive, with_security_headers(send, visit), visit)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send, visit: Visit) -> None:
        status, began = 0, time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            check_request(scope, visit)
            await self._route(scope, receive, watch, visit)
        except Exception as error:
            refused = refused_of(error)
            log_error(refused, error)
            if (
                status
            ):  # the head is out: all that is left is to cut the answer short, so that nobody takes it for whole
                raise
            await send_problem(scope, watch, refused, visit.id)
        finally:
            seconds = time.perf_counter() - began
            self._requests.note(status, seconds)
            get_logger(__name__).debug(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                address=visit.address,
                milliseconds=round(seconds * 1000, 1),
            )

    async def _route(self, scope: HTTPScope, receive: Receive, send: Send, visit: Visit) -> None:
        path = scope["path"]
        if self._files is not None and self._files.has(path):
            await self._files(scope, receive, send)
            return
        if path not in PROBES and self._addresses is not None:
            self._addresses.take(visit.address)
        if path in PROBES or is_under(path, API) or is_under(path, FORMS):
            await self.api(as_get(scope), receive, send)
        elif is_under(path, FILES):
            await self._contents(scope, receive, send)
        elif path == METRICS_PATH and self._metrics is not None:
            await self._metrics(scope, receive, send)
        elif self._pages is not None:
            await self._pages(scope, receive, send)
        else:
            raise Refused("not_found")


def as_get(scope: HTTPScope) -> HTTPScope:
    """HEAD is GET whose body stays here (RFC 9110, section 9.3.2); the server under us keeps it back."""
    return cast("HTTPScope", {**scope, "method": "GET"}) if scope["method"] == "HEAD" else scope
