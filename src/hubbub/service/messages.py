"""Messages: posting, editing, deleting, reacting, reading, and how far one has read."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hubbub.domain.accounts import Session
from hubbub.domain.ids import channel_stream
from hubbub.domain.intents import (
    AddReaction,
    Appended,
    DeleteMessage,
    EditMessage,
    PostMessage,
    RemovePreviews,
    RemoveReaction,
    SetPosition,
)
from hubbub.domain.new_parts import Forwarded, NewPart
from hubbub.domain.posting import check_parts
from hubbub.domain.texts import check_emoji, check_key, check_text
from hubbub.errors import Refused
from hubbub.protocol.history import MessageHistory
from hubbub.protocol.replies import Limits
from hubbub.protocol.views import Lines
from hubbub.service.ports import Channels, Clock, Ephemera, Fanout, History, Log, Previews

EVENTS_PAGE = 500
LINES_PAGE = 50
# What every link has: a text without it has none.
LINK = "://"


@dataclass(frozen=True, slots=True)
class Said:
    """A message that may be more than a text."""

    text: str
    parts: Sequence[NewPart] = ()
    reply: int | None = None
    forward: Forwarded | None = None
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class MessageService:
    log: Log
    channels: Channels
    fanout: Fanout
    ephemera: Ephemera
    clock: Clock
    limits: Limits
    history: History
    previews: Previews | None = None

    def post_message(
        self, session: Session, channel: str, said: str | Said, key: str | None = None
    ) -> Future[Appended]:
        """Raises `bad_text`, `text_too_long`, `bad_key`, `bad_part`, `bad_forward`, what the log refuses, and `busy`
        while delivery lags."""
        if self.fanout.congested:
            raise Refused("busy", retry_after=1)
        key = check_key(key)
        if isinstance(said, str):
            text = check_text(said, self.limits.text_characters)
            intent = PostMessage(session.user, channel, text, key, self.clock())
        else:
            intent = self._make_post(session, channel, said, key)
        appended = self.log.append(intent)
        if LINK in intent.text or intent.forward is not None:
            self._preview(session, channel, appended)
        self.ephemera.on_posted(session.user, channel)
        return appended

    def _make_post(self, session: Session, channel: str, said: Said, key: str | None) -> PostMessage:
        if said.forward is not None and (said.text or said.parts):
            raise Refused("bad_forward")
        may_be_empty = bool(said.parts) or said.forward is not None
        text = check_text(said.text, self.limits.text_characters, may_be_empty=may_be_empty)
        parts = check_parts(said.parts)
        return PostMessage(session.user, channel, text, key, self.clock(), parts, said.reply, said.forward, said.thread)

    def edit_message(self, session: Session, channel: str, number: int, text: str) -> Future[Appended]:
        text = check_text(text, self.limits.text_characters, may_be_empty=True)  # the log knows whether it may be
        appended = self.log.append(EditMessage(session.user, channel, number, text, self.clock()))
        if LINK in text:
            self._preview(session, channel, appended)
        return appended

    def _preview(self, session: Session, channel: str, appended: Future[Appended]) -> None:
        if self.previews is not None:
            appended.add_done_callback(partial(self.previews.notice, session, channel))

    def delete_message(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(DeleteMessage(session.user, channel, number, self.clock()))

    def remove_previews(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(RemovePreviews(session.user, channel, number, self.clock()))

    def add_reaction(self, session: Session, channel: str, number: int, emoji: str) -> Future[Appended]:
        return self.log.append(AddReaction(session.user, channel, number, check_emoji(emoji), self.clock()))

    def remove_reaction(self, session: Session, channel: str, number: int, emoji: str) -> Future[Appended]:
        return self.log.append(RemoveReaction(session.user, channel, number, check_emoji(emoji), self.clock()))

    def set_position(self, session: Session, channel: str, number: int) -> Future[Appended]:
        return self.log.append(SetPosition(session.user, channel, number, self.clock()))

    async def fetch_lines(
        self,
        session: Session,
        channel: str,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        limit: int | None = None,
    ) -> Lines:
        """A window of the channel; `limit` is 50 by default, and cut to the page size.

        At most one of the three places may be given.
        """
        if sum(place is not None for place in (before, after, around)) > 1:
            raise Refused("bad_request", "Give one of before, after and around.")
        limit = max(1, min(limit or LINES_PAGE, self.limits.page_size))
        return await self.channels.fetch_lines(
            session.user, channel, before=before, after=after, around=around, limit=limit
        )

    async def fetch_history(self, session: Session, channel: str, number: int) -> MessageHistory:
        """What the message has said, for members of its channel; `history_off` where nobody is told."""
        if not self.limits.edit_history:
            raise Refused("history_off")
        return await self.history.fetch_history(session.user, channel, number)

    async def fetch_events(
        self, session: Session, channel: str, after: int, limit: int | None = None
    ) -> list[tuple[int, bytes]]:
        """The channel's log itself, as (seq, encoded); `no_such_channel` when it is not for this user."""
        await self.channels.fetch_summary(session.user, channel)
        limit = max(1, min(limit or EVENTS_PAGE, EVENTS_PAGE))
        return await self.log.fetch_events(channel_stream(channel), after, limit)
