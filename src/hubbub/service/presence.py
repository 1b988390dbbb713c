"""What holds for a moment: who writes, who is there; and how far others have read, for those in small conversations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.errors import Refused
from hubbub.protocol.replies import Limits, Status
from hubbub.service.ports import Channels, Ephemera, Log


@dataclass(frozen=True, slots=True)
class PresenceService:
    ephemera: Ephemera
    log: Log
    channels: Channels
    limits: Limits

    async def start_typing(self, session: Session, channel: str) -> None:
        """The user writes, or goes on writing; raises `no_such_channel`, `not_a_member`."""
        await self._check_member(session, channel)
        self.ephemera.set_typing(session.user, channel, active=True)

    async def stop_typing(self, session: Session, channel: str) -> None:
        """The user writes no more; raises `no_such_channel`, `not_a_member`."""
        await self._check_member(session, channel)
        self.ephemera.set_typing(session.user, channel, active=False)

    async def _check_member(self, session: Session, channel: str) -> None:
        """The store is asked only where the roster does not know better: of somebody who is not connected, or of
        whoever is to be refused."""
        if self.ephemera.is_member(session.user, channel):
            return
        _, member = await self.channels.fetch_summary(session.user, channel)
        if not member:
            raise Refused("not_a_member")

    def set_status(self, session: Session, connection: int, *, away: bool) -> None:
        """Whether somebody sits before the user's connection of this id."""
        self.ephemera.set_status(session.user, connection, away=away)

    def watch(self, session: Session, connection: int, users: Sequence[str]) -> dict[str, Status]:
        """What these people are; the connection is told of them, and of nobody else, from now on.

        Raises `bad_request` when they are too many.
        """
        self._check_number(users)
        return self.ephemera.watch(session.user, connection, users)

    async def fetch_presence(self, session: Session, users: Sequence[str]) -> dict[str, Status]:
        """What these people are now, to somebody who need not be connected; raises `bad_request` for too many."""
        self._check_number(users)
        heads = await self.log.fetch_heads(session.user)
        return self.ephemera.look(heads.channels, users)

    def _check_number(self, users: Sequence[str]) -> None:
        if len(users) > self.limits.presence_watch:
            raise Refused("bad_request", f"At most {self.limits.presence_watch} people at a time.")

    async def fetch_positions(self, session: Session, channel: str) -> dict[str, int]:
        """How far each member has read, where they are few; raises `no_such_channel`, `not_a_member`."""
        return await self.channels.fetch_positions(session.user, channel, most=self.limits.receipt_members)
