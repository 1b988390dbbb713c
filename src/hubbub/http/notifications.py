"""What one wants to be told of: /api/me/notifications, and the level of single channels."""

from __future__ import annotations

from litestar import put
from litestar.di import NamedDependency as Given
from litestar.params import JSONBody

from hubbub.domain.accounts import Session
from hubbub.domain.notifications import Level, NotificationSettings
from hubbub.http.changes import Changed, changed
from hubbub.http.problems import refusals
from hubbub.http.requests import Body, Ulid
from hubbub.service.services import Services


class NewLevel(Body, frozen=True, kw_only=True):
    """Left out: that of all other channels."""

    level: Level | None = None


@put(
    "/api/me/notifications",
    tags=["notifications"],
    summary="Set what one is told of",
    responses=refusals("bad_request"),
)
async def update_notifications(
    services: Given[Services], session: Given[Session], data: JSONBody[NotificationSettings]
) -> Changed:
    """All of it but the levels of single channels: what is left out gets its default."""
    return changed(await services.notifications.update(session, data))


@put(
    "/api/channels/{channel:str}/notifications",
    tags=["notifications"],
    summary="Set what one is told of one channel",
    responses=refusals("no_such_channel", "not_a_member"),
)
async def set_level(
    services: Given[Services], session: Given[Session], channel: Ulid, data: JSONBody[NewLevel]
) -> Changed:
    return changed(await services.notifications.set_level(session, channel, data.level))
