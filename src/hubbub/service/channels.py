"""Channels: seeing, making, naming, joining and leaving them."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.ids import CHANNEL, is_id, new_id
from hubbub.domain.intents import (
    AddMember,
    Appended,
    CreateChannel,
    OpenConversation,
    RemoveMember,
    UpdateChannel,
    UpdateMembership,
)
from hubbub.domain.names import check_channel_name, check_topic
from hubbub.domain.roles import may_create_channel
from hubbub.errors import Refused
from hubbub.protocol.events import ChannelSummary, UserView
from hubbub.protocol.replies import Limits, RoomView, Snapshot
from hubbub.service.days import find_day
from hubbub.service.ports import Channels, Clock, Log

MEMBERS_PAGE = 200
PUBLIC_PAGE = 200
ROOM_PAGE = 50


@dataclass(frozen=True, slots=True)
class ChannelService:
    log: Log
    channels: Channels
    clock: Clock
    limits: Limits

    async def fetch_snapshot(
        self, session: Session, channel: str | None, around: int | None = None, thread: int | None = None
    ) -> Snapshot:
        """All a page needs, read in one transaction; `no_such_channel` when `channel` is not for this user."""
        page = min(ROOM_PAGE, self.limits.page_size)
        return await self.channels.fetch_snapshot(
            session.user, channel, page=page, limits=self.limits, around=around, thread=thread
        )

    async def fetch_room(self, session: Session, channel: str, around: int | None = None) -> RoomView:
        """One room for a page that has a snapshot; `no_such_channel` when it is not for this user."""
        page = min(ROOM_PAGE, self.limits.page_size)
        return await self.channels.fetch_room(session.user, channel, page=page, around=around)

    async def find_day(self, session: Session, channel: str, day: str, zone: str | None = None) -> int | None:
        """The number of the first message of a day, or after it; see `days.find_day`."""
        return await find_day(self.channels, session, channel, day, zone)

    async def fetch_channels(self, session: Session) -> list[tuple[ChannelSummary, bool]]:
        """The user's channels, then the public ones they could join; each with whether they are in it."""
        mine = await self.channels.fetch_summaries(session.user)
        public = await self.channels.fetch_public(session.user, after=None, limit=PUBLIC_PAGE)
        return [(channel, True) for channel in mine] + [(channel, False) for channel, member in public if not member]

    async def fetch_channel(self, session: Session, channel: str) -> tuple[ChannelSummary, bool]:
        return await self.channels.fetch_summary(session.user, channel)

    async def fetch_members(self, session: Session, channel: str, after: str | None = None) -> list[UserView]:
        return await self.channels.fetch_members(session.user, channel, after=after, limit=MEMBERS_PAGE)

    async def create_channel(
        self, session: Session, name: str, topic: str = "", private: bool = False
    ) -> tuple[str, Appended]:
        """The new channel's id, and the answer of the log."""
        if not may_create_channel(session.role):
            raise Refused("forbidden")
        name, topic, at = check_channel_name(name), check_topic(topic), self.clock()
        channel = new_id(at)
        return channel, await self.log.append(CreateChannel(session.user, channel, name, topic, private, at))

    def update_channel(
        self, session: Session, channel: str, name: str | None = None, topic: str | None = None
    ) -> Future[Appended]:
        if name is None and topic is None:
            raise Refused("bad_request", "Give a name, a topic, or both.")
        name = None if name is None else check_channel_name(name)
        topic = None if topic is None else check_topic(topic)
        return self.log.append(UpdateChannel(session.user, channel, name, topic, self.clock()))

    async def open_conversation(self, session: Session, users: Sequence[str]) -> tuple[str, Appended]:
        """The conversation with these people, a new one or the one there is: its id, and the answer of the log."""
        if not all(map(is_id, users)):
            raise Refused("no_such_user")
        at = self.clock()
        done = await self.log.append(OpenConversation(session.user, new_id(at), tuple(users), at))
        return done.stream.removeprefix(CHANNEL), done

    def update_membership(
        self,
        session: Session,
        channel: str,
        *,
        muted: bool | None = None,
        pinned: bool | None = None,
        hidden: bool | None = None,
    ) -> Future[Appended]:
        """What one makes of one's own place in a channel; None leaves as it is."""
        if muted is None and pinned is None and hidden is None:
            raise Refused("bad_request", "Give muted, pinned, or hidden.")
        return self.log.append(UpdateMembership(session.user, channel, muted, pinned, hidden, self.clock()))

    def join(self, session: Session, channel: str) -> Future[Appended]:
        return self.add_member(session, channel, session.user)

    def leave(self, session: Session, channel: str) -> Future[Appended]:
        return self.remove_member(session, channel, session.user)

    def add_member(self, session: Session, channel: str, user: str) -> Future[Appended]:
        return self.log.append(AddMember(session.user, channel, user, self.clock()))

    def remove_member(self, session: Session, channel: str, user: str) -> Future[Appended]:
        return self.log.append(RemoveMember(session.user, channel, user, self.clock()))
