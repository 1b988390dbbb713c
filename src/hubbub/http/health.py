"""/healthz: the process answers. /readyz: the store does too. For whoever watches the server."""

from __future__ import annotations

import msgspec
from litestar import get

from hubbub.http.auth import PUBLIC


class Health(msgspec.Struct, frozen=True, kw_only=True):
    status: str = "ok"


@get("/healthz", opt=PUBLIC, tags=["health"], summary="The process is up")
async def fetch_health() -> Health:
    return Health()
