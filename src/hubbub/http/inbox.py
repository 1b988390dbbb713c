"""/api/inbox: what is addressed to one, newest first."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency as Given
from litestar.params import QueryParameter

from hubbub.domain.accounts import Session
from hubbub.http.problems import refusals
from hubbub.protocol.inbox import Inbox, Wanted
from hubbub.service.services import Services


@get(
    "/api/inbox",
    tags=["inbox"],
    summary="Messages that name one, or answer one",
    responses=refusals("bad_request"),
)
async def fetch_inbox(
    services: Given[Services],
    session: Given[Session],
    wanted: Annotated[Wanted, QueryParameter(required=False, description="All of it, or some.")] = "all",
    cursor: Annotated[str | None, QueryParameter(required=False, description="Of the page before.")] = None,
) -> Inbox:
    """Messages as they are now, of the channels one is in; what was deleted is left out."""
    return await services.inbox.fetch_inbox(session, wanted, cursor)
