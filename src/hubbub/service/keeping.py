"""Putting messages aside: pins for everybody in a channel, saved ones for oneself."""

from __future__ import annotations

from asyncio import Future
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended, PinMessage, SaveMessage, UnpinMessage, UnsaveMessage
from hubbub.protocol.kept import PinList, SavedList
from hubbub.service.ports import Clock, Kept, Log

SAVED_PAGE = 50


@dataclass(frozen=True, slots=True)
class KeepingService:
    log: Log
    kept: Kept
    clock: Clock

    def pin_message(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(PinMessage(session.user, channel, number, self.clock()))

    def unpin_message(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(UnpinMessage(session.user, channel, number, self.clock()))

    def save_message(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(SaveMessage(session.user, channel, number, self.clock()))

    def unsave_message(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(UnsaveMessage(session.user, channel, number, self.clock()))

    async def fetch_pins(self, session: Session, channel: str) -> PinList:
        """All pins of a channel, the newest first; raises `no_such_channel`."""
        return await self.kept.fetch_pins(session.user, channel)

    async def fetch_saved(self, session: Session, before: int | None = None) -> SavedList:
        """A page of what one has saved, the newest first."""
        return await self.kept.fetch_saved(session.user, before, SAVED_PAGE)
