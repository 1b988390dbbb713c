"""Threads: reading them, following them, and how far one has read there. Replies are posted as any message is."""

from __future__ import annotations

from asyncio import Future
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended, FollowThread, ReadThread
from hubbub.errors import Refused
from hubbub.protocol.events import UserView
from hubbub.protocol.replies import Limits, Thread, ThreadNews
from hubbub.service.ports import Channels, Clock, Log


@dataclass(frozen=True, slots=True)
class ThreadService:
    log: Log
    channels: Channels
    clock: Clock
    limits: Limits

    def follow_thread(self, session: Session, channel: str, number: int, *, follow: bool) -> Future[Appended]:
        return self.log.append(FollowThread(session.user, channel, number, follow, self.clock()))

    def read_thread(self, session: Session, channel: str, number: int, position: int) -> Future[Appended]:
        return self.log.append(ReadThread(session.user, channel, number, position, self.clock()))

    async def fetch_thread(
        self,
        session: Session,
        channel: str,
        number: int,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int | None = None,
    ) -> tuple[Thread, list[UserView]]:
        """A window of the thread of a message, and the people it names; `limit` is cut to the page size. At most one of
        the three places, in message numbers, may be given. Raises `no_such_channel`, `no_such_message`."""
        if sum(place is not None for place in (before, after, around)) > 1:
            raise Refused("bad_request", "Give one of before, after and around.")
        limit = max(1, min(limit or self.limits.page_size, self.limits.page_size))
        return await self.channels.fetch_thread(
            session.user, channel, number, before=before, after=after, around=around, limit=limit
        )

    async def fetch_threads(self, session: Session) -> tuple[list[ThreadNews], list[UserView]]:
        """The threads one follows, and the people they name; where something was said last first."""
        return await self.channels.fetch_threads(session.user)
