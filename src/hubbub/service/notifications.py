"""What somebody wants to be told of."""

from __future__ import annotations

from asyncio import Future
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended, SetNotifications
from hubbub.domain.notifications import Level, NotificationSettings, check_settings
from hubbub.service.ports import Clock, Log


@dataclass(frozen=True, slots=True)
class NotificationService:
    log: Log
    clock: Clock

    def update(self, session: Session, settings: NotificationSettings) -> Future[Appended]:
        """Raises `bad_request`."""
        return self.log.append(SetNotifications(session.user, self.clock(), settings=check_settings(settings)))

    def set_level(self, session: Session, channel: str, level: Level | None) -> Future[Appended]:
        """Of one channel; None: as of all others."""
        return self.log.append(SetNotifications(session.user, self.clock(), channel=channel, level=level))
