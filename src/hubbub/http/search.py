"""/api/search: messages by their words, of all one may read."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency as Given
from litestar.params import QueryParameter

from hubbub.domain.accounts import Session
from hubbub.domain.finding import Order
from hubbub.http.problems import refusals
from hubbub.http.requests import OptionalNumber
from hubbub.protocol.search import SearchResult
from hubbub.service.services import Services

_OPERATORS = (
    'Words, `"a phrase"`, `begin*`, `-not`, and `from: in: has: before: after: on:`; see docs/search.md. '
    "At most 500 characters."
)


@get(
    "/api/search",
    tags=["search"],
    summary="Search all messages one may read",
    responses=refusals("bad_query", "search_slow", "search_failed", "busy"),
)
async def search_messages(
    services: Given[Services],
    session: Given[Session],
    q: Annotated[str, QueryParameter(description=_OPERATORS)],
    limit: OptionalNumber = None,
    cursor: Annotated[str | None, QueryParameter(required=False, description="Of the page before.")] = None,
    order: Annotated[Order, QueryParameter(required=False, description="Best first, or newest first.")] = "best",
    zone: Annotated[
        str | None, QueryParameter(required=False, description="In which days begin: an IANA name; UTC if none.")
    ] = None,
) -> SearchResult:
    """Messages as they are now, with what was found marked. What was posted before the request is found."""
    return await services.search.search(session, q, limit=limit, cursor=cursor, order=order, zone=zone)
