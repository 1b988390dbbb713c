"""/healthz: the process answers. /readyz: the store does too, and how its other parts fare. For whoever watches."""

from __future__ import annotations

import msgspec
from litestar import get

from hubbub.http.auth import PUBLIC


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`parts`: what the server does without for a while, by name: `search` is `following`, `standing_by` (another
    process follows) or `in_trouble`."""

    status: str
    parts: dict[str, str] = {}


@get("/healthz", opt=PUBLIC, tags=["health"], summary="The process is up")
async def fetch_health() -> Health:
    return Health(status="ok")
