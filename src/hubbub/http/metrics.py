"""/metrics, for Prometheus, and who may read it.

Invariant: without the token nobody reads it through a proxy, whoever they say they are. Everybody who comes through one
has its address, so that a network lets in only whoever connects directly. A request that was passed on, and says so,
was not; and where `public_url` says that a proxy stands in front, not even this machine is near unless
`metrics.networks` names it. For all others there is no such page.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from typing import Final

from litestar.types import HTTPScope, Receive, Send

from hubbub.config import Config
from hubbub.domain.proxies import is_among
from hubbub.errors import Refused
from hubbub.http.visit import header, visit_of
from hubbub.metrics.catalogue import Readings
from hubbub.metrics.exposition import render

METRICS_PATH: Final = "/metrics"
BEARER: Final = "bearer "
# What proxies add (RFC 7239; RFC 9110, section 7.6.3; and what came before them).
PASSED_ON: Final = frozenset(
    {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}
)


class MetricsPage:
    """One ASGI application. `read` is called on the loop for each answer."""

    def __init__(self, config: Config, read: Callable[[], Readings]) -> None:
        self._config = config
        self._networks = config.metrics_networks
        self._read = read

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Raises `not_found`, `method_not_allowed`."""
        if not self._may_read(scope):
            raise Refused("not_found")
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method_not_allowed")
        body, content_type = await asyncio.to_thread(render, dict(self._read()), header(scope, "accept") or "")
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
        sent = b"" if scope["method"] == "HEAD" else body
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": sent, "more_body": False})

    def _may_read(self, scope: HTTPScope) -> bool:
        settings = self._config.metrics
        if not settings.enabled:
            return False
        authorization = header(scope, "authorization") or ""
        if settings.token is not None and authorization[: len(BEARER)].lower() == BEARER:
            given = authorization[len(BEARER) :].strip()
            return hmac.compare_digest(given.encode("latin-1"), settings.token.encode())
        return self._is_near(scope)

    def _is_near(self, scope: HTTPScope) -> bool:
        if visit_of(scope).internal or any(name.lower() in PASSED_ON for name, _ in scope["headers"]):
            return False
        return scope["client"] is not None and is_among(scope["client"][0], self._networks)
