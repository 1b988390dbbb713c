"""What an intent is carried out on: heads, memberships and rows to write, within the writer's open transaction.

Invariants:
1. Only the writer's thread touches a ledger.
2. The states in memory equal the database as the open transaction leaves it; `forget` after a rollback.
3. Rows of events and lines, and changed heads, are written together by `flush`; who reads those tables flushes first.
4. An intent is refused before its first write (`writes` counts them), so a refused one leaves nothing behind.
5. A membership event is the last of its stream's batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from hubbub.domain.conversations import MAX_PEOPLE, read_kind, shown_name
from hubbub.domain.ids import channel_stream, user_stream
from hubbub.domain.roles import Role
from hubbub.protocol import codec
from hubbub.protocol.batch import Batch, Move, Touch
from hubbub.protocol.events import (
    AnyChannelEvent,
    AnyEvent,
    AnyUserEvent,
    ChannelSummary,
    LastMessage,
    Line,
    MemberJoined,
    MembershipStarted,
    MessagePosted,
    PollState,
    Reaction,
    UserView,
)
from hubbub.store import archive_ranges, writes
from hubbub.store.cold import NO_ABOUTS, Cold
from hubbub.store.limits import StoreLimits
from hubbub.store.lines import build_line, build_lines, encode_poll, encode_reactions, last_of
from hubbub.store.rest import with_room
from hubbub.store.states import ChannelState, MemberState, UserState

# So many heads are kept; then all are forgotten at once, which costs a few reads.
MAX_HEADS: Final = 100_000


class _OpenBatch:
    """A batch still growing."""

    __slots__ = ("first", "moves", "payloads", "stream", "touched")

    def __init__(self, stream: str, first: int) -> None:
        self.stream = stream
        self.first = first
        self.payloads: list[bytes] = []
        self.touched: tuple[Touch, ...] = ()
        self.moves: list[Move] = []

    def close(self) -> Batch:
        last = self.first + len(self.payloads) - 1
        return Batch(self.stream, self.first, last, tuple(self.payloads), self.touched, tuple(self.moves))


class Ledger:
    """See the module. `cursor` is the writer's; services never see it."""

    def __init__(self, cursor: sqlite3.Cursor, limits: StoreLimits) -> None:
        self.cursor = cursor
        self.limits = limits
        self.writes = 0
        self.redacted = False
        self._users: dict[str, UserState] = {}
        self._channels: dict[str, ChannelState] = {}
        self._members: dict[tuple[str, str], MemberState] = {}
        self._everyone: list[str] | None = None
        self._event_rows: list[tuple[str, int, int | None, bytes]] = []
        self._line_rows: list[tuple[str, int, int | None, str | None, int, int | None]] = []
        self._dirty: list[ChannelState | UserState | MemberState] = []
        self._open: dict[str, _OpenBatch] = {}
        self._batches: list[_OpenBatch] = []
        self._thawed: Mapping[tuple[str, int], int] = NO_ABOUTS

    # --- heads ------------------------------------------------------------------------------------------------

    def find_user(self, user: str) -> UserState | None:
        state = self._users.get(user)
        if state is None:
            row = self.cursor.execute(writes.FIND_USER, (user,)).fetchone()
            if row is None:
                return None
            name, role, disabled_at, seq = row
            state = UserState(user, user_stream(user), name, Role(role), disabled_at is not None, seq)
            self._users[user] = state
        return state

    def find_channel(self, channel: str) -> ChannelState | None:
        state = self._channels.get(channel)
        if state is None:
            row = self.cursor.execute(writes.FIND_CHANNEL, (channel,)).fetchone()
            if row is None:
                return None
            name, topic, private, created_by, created_at, seq, number, members, kind, people_key, newest = row
            state = ChannelState(
                channel,
                channel_stream(channel),
                name,
                topic,
                bool(private),
                created_by,
                created_at,
                seq,
                number,
                members,
                read_kind(kind),
                people_key,
                newest,
            )
            self._channels[channel] = state
        return state

    def find_conversation(self, people_key: str) -> ChannelState | None:
        """The conversation that is found by this key (see domain/conversations.py)."""
        row = self.cursor.execute(writes.FIND_CONVERSATION, (people_key,)).fetchone()
        return self.find_channel(row[0]) if row else None

    def fetch_people(self, channel: ChannelState) -> list[UserView]:
        """All who are in a conversation, in the order they joined; nobody of a channel."""
        if channel.kind == "channel":
            return []
        rows = self.cursor.execute(writes.FIND_PEOPLE, (channel.id, MAX_PEOPLE))
        return [UserView(id=id_, name=name) for id_, name in rows]

    def find_member(self, user: str, channel: str) -> MemberState | None:
        state = self._members.get((user, channel))
        if state is None:
            row = self.cursor.execute(writes.FIND_MEMBER, (user, channel)).fetchone()
            if row is None:
                return None
            joined_seq, joined_user_seq, position, position_seq, muted, pinned, hidden_below = row
            state = MemberState(
                user,
                channel,
                joined_seq,
                joined_user_seq,
                position,
                position_seq,
                muted=bool(muted),
                pinned=bool(pinned),
                hidden_below=hidden_below,
            )
            self._members[user, channel] = state
        return state

    def fetch_everyone(self) -> list[ChannelState]:
        """The channels all new accounts join, oldest first."""
        if self._everyone is None:
            self._everyone = [row[0] for row in self.cursor.execute(writes.FIND_EVERYONE)]
        return [state for channel in self._everyone if (state := self.find_channel(channel))]

    def is_first_user(self) -> bool:
        return self.cursor.execute(writes.FIND_ANY_USER).fetchone() is None

    def count_channels(self, user: str) -> int:
        """All but direct conversations, which others begin and nobody can leave."""
        count: int = self.cursor.execute(writes.COUNT_CHANNELS, (user,)).fetchone()[0]
        return count

    def count_begun(self, user: str) -> int:
        """The direct conversations that the user has begun."""
        count: int = self.cursor.execute(writes.COUNT_BEGUN, (user, user)).fetchone()[0]
        return count

    def is_user_name_taken(self, key: str) -> bool:
        return self.cursor.execute(writes.FIND_USER_NAME, (key,)).fetchone() is not None

    def is_public_name_taken(self, key: str) -> bool:
        return self.cursor.execute(writes.FIND_PUBLIC_NAME, (key,)).fetchone() is not None

    # --- new rows that others refer to: written at once -----------------------------------------------------------

    def insert_user(self, state: UserState, name_key: str, password_hash: str, at: int) -> None:
        self.writes += 1
        self.cursor.execute(
            writes.INSERT_USER, (state.id, state.name, name_key, state.role.value, password_hash, at, state.seq)
        )
        self._users[state.id] = state

    def insert_channel(self, state: ChannelState, name_key: str, *, everyone: bool) -> None:
        self.writes += 1
        row: tuple[object, ...] = (state.id, state.name, name_key, state.topic, state.private, everyone)
        row += (state.created_by, state.created_at)
        row += (state.seq, state.number, state.members, state.kind, state.people_key)
        self.cursor.execute(writes.INSERT_CHANNEL, row)
        self._channels[state.id] = state
        self._everyone = None

    def rename_channel(self, state: ChannelState, name: str, name_key: str) -> None:
        self.writes += 1
        self.cursor.execute(writes.RENAME_CHANNEL, (name, name_key, state.id))
        state.name = name

    def change_topic(self, state: ChannelState, topic: str) -> None:
        self.writes += 1
        self.cursor.execute(writes.CHANGE_TOPIC, (topic, state.id))
        state.topic = topic

    def end_people_key(self, state: ChannelState) -> None:
        """The conversation is no more the one of those it began with: these may begin another."""
        if state.people_key is not None:
            self.writes += 1
            self.cursor.execute(writes.CHANGE_PEOPLE_KEY, (None, state.id))
            state.people_key = None

    def insert_member(self, state: MemberState) -> None:
        self.writes += 1
        row = (state.user, state.channel, state.joined_seq, state.joined_user_seq, state.position, state.position_seq)
        self.cursor.execute(writes.INSERT_MEMBER, row)
        self._members[state.user, state.channel] = state

    def update_membership(self, state: MemberState) -> None:
        self.writes += 1
        self.cursor.execute(
            writes.UPDATE_MEMBERSHIP, (state.muted, state.pinned, state.hidden_below, state.user, state.channel)
        )

    def delete_member(self, state: MemberState) -> None:
        self.writes += 1
        self.cursor.execute(writes.DELETE_MEMBER, (state.user, state.channel))
        self.cursor.execute(writes.DELETE_FOLLOWS, (state.user, state.channel))
        # A head still marked as changed must not be written to a row that comes later.
        state.dirty = False
        self._members.pop((state.user, state.channel), None)

    def insert_key(self, user: str, key: str, channel: str, seq: int, number: int) -> bool:
        """False, and nothing written, when the user has used `key` before."""
        self.cursor.execute(writes.INSERT_KEY, (user, key, channel, seq, number))
        if self.cursor.rowcount != 1:
            return False
        self.writes += 1
        return True

    def find_key(self, user: str, key: str) -> tuple[str, int, int] | None:
        """The channel, seq and number of the message first posted with `key`."""
        row: tuple[str, int, int] | None = self.cursor.execute(writes.FIND_KEY, (user, key)).fetchone()
        return row

    # --- events -----------------------------------------------------------------------------------------------

    def append_channel_event(
        self, state: ChannelState, event: AnyChannelEvent, *, about: int | None = None, touch: Touch | None = None
    ) -> None:
        """Append `event`, which must carry the channel's next seq."""
        self._append(state, event.seq, about, codec.encode(event))
        if touch is not None:
            self._open.pop(state.stream).touched = (touch,)

    def append_user_event(self, state: UserState, event: AnyUserEvent, *, about: int | None = None) -> None:
        """Append `event`, which must carry the next seq of the user's own stream."""
        self._append(state, event.seq, about, codec.encode(event))

    def _append(self, state: ChannelState | UserState, seq: int, about: int | None, body: bytes) -> None:
        assert seq == state.seq + 1, (state, seq)
        self.writes += 1
        state.seq = seq
        self.mark(state)
        self._event_rows.append((state.stream, seq, about, with_room(body)))
        batch = self._open.get(state.stream)
        if batch is None:
            batch = self._open[state.stream] = _OpenBatch(state.stream, seq)
            self._batches.append(batch)
        batch.payloads.append(body)

    def note_move(self, state: ChannelState | UserState, channel: ChannelState, member: MemberState) -> None:
        """With the event just appended to `state`'s stream, `member` has read on: others hear of it where few are."""
        if 1 < channel.members <= self.limits.receipt_members:
            self._open[state.stream].moves.append(Move(channel.id, member.user, member.position))

    def mark(self, state: ChannelState | UserState | MemberState) -> None:
        """The state changed: write it with the next flush."""
        if not state.dirty:
            state.dirty = True
            self._dirty.append(state)

    # --- lines ------------------------------------------------------------------------------------------------

    def append_line(self, line: Line) -> None:
        """Show the event `line` in listings."""
        if isinstance(line, MessagePosted):
            self._line_rows.append((line.channel, line.seq, line.number, line.author, 0, line.thread))
        else:
            self._line_rows.append((line.channel, line.seq, None, None, 0, None))

    def fetch_message(self, channel: ChannelState, number: int) -> MessagePosted | None:
        """The message's present state. Raises `Cold`."""
        self.flush()
        row = self.cursor.execute(writes.FIND_MESSAGE, (channel.id, channel.id, number)).fetchone()
        if row is None:
            return None
        line = build_line(row)
        assert isinstance(line, MessagePosted)
        return line

    def update_text(self, channel: ChannelState, line: MessagePosted, text_seq: int) -> None:
        """The message's text is now that of the event `text_seq`."""
        self._update_line(channel, line, writes.UPDATE_TEXT, text_seq)

    def update_previews(self, channel: ChannelState, line: MessagePosted, preview_seq: int) -> None:
        """What the message's links lead to is said by the event `preview_seq`."""
        self._update_line(channel, line, writes.UPDATE_PREVIEWS, preview_seq)

    def update_reactions(self, channel: ChannelState, line: MessagePosted, reactions: list[Reaction]) -> None:
        self._update_line(channel, line, writes.UPDATE_REACTIONS, encode_reactions(reactions))

    def update_poll(self, channel: ChannelState, line: MessagePosted, poll: PollState) -> None:
        self._update_line(channel, line, writes.UPDATE_POLL, encode_poll(poll))

    def delete_line(self, channel: ChannelState, line: MessagePosted) -> None:
        """Of the message, listings show its place alone."""
        self._update_line(channel, line, writes.DELETE_LINE)

    def _update_line(self, channel: ChannelState, line: MessagePosted, sql: str, *values: object) -> None:
        self.writes += 1
        self.cursor.execute(sql, (*values, channel.id, line.seq))
        if line.number == channel.newest:
            channel.last_known = False

    # --- redaction --------------------------------------------------------------------------------------------

    def fetch_event(self, stream: str, seq: int) -> AnyEvent:
        """Raises `Cold`."""
        self.flush()
        row = self.cursor.execute(writes.FIND_EVENT, (stream, seq)).fetchone()
        if row is None:
            raise Cold({(stream, seq)})
        return codec.decode_event(row[0])

    def fetch_events_about(self, stream: str, about: int, *, since: int) -> list[AnyEvent]:
        """The stream's events that are filed under `about`, which are later than `since`. Raises `Cold`."""
        base = archive_ranges.fetch_base(self.cursor, stream)
        if base > since and self._thawed.get((stream, about)) != base:
            raise Cold(set(), {(stream, about): base})
        return self._fetch_filed(stream, about)

    def fetch_start(self, joined: MemberJoined) -> MembershipStarted | None:
        """What this joining is in the user's own log; None when the archive has lost it. Raises `Cold`."""
        stream = user_stream(joined.user.id)
        for event in self._fetch_filed(stream, joined.seq):
            if isinstance(event, MembershipStarted) and event.channel.id == joined.channel:
                return event
        base = archive_ranges.fetch_base(self.cursor, stream)
        if base and self._thawed.get((stream, joined.seq)) != base:
            raise Cold(set(), {(stream, joined.seq): base})
        return None

    def _fetch_filed(self, stream: str, about: int) -> list[AnyEvent]:
        self.flush()
        rows = self.cursor.execute(writes.FIND_EVENTS_ABOUT, (stream, stream, about)).fetchall()
        return [codec.decode_event(body) for (body,) in rows]

    def fetch_joins_behind(self, channel: ChannelState, line: MessagePosted) -> list[MemberJoined]:
        """Who joined while this was the newest message, which no reply in a thread ever is. Raises `Cold`."""
        if line.thread is not None:
            return []
        self.flush()
        rows = self.cursor.execute(
            writes.FIND_JOINS_BEHIND, (channel.id, line.seq, channel.id, line.number + 1)
        ).fetchall()
        return [event for event in build_lines(rows) if isinstance(event, MemberJoined)]

    def fetch_room(self, stream: str, seq: int) -> int:
        """How many bytes an event that is here takes where it lies."""
        room: int = self.cursor.execute(writes.FIND_ROOM, (stream, seq)).fetchone()[0]
        return room

    def rewrite_event(self, stream: str, seq: int, body: bytes) -> None:
        """Redaction alone may change what was written."""
        self.writes += 1
        self.redacted = True
        archive_ranges.keep_hash(self.cursor, stream, seq)
        self.cursor.execute(writes.UPDATE_EVENT, (body, stream, seq))

    def put_back(self, rows: Iterable[tuple[str, int, int | None, bytes]]) -> int:
        """Archived events get rows again, where they have none; how many that were. See putting_back.py.

        No write in the sense of invariant 4: it changes nothing of what is true.
        """
        before = self.cursor.connection.total_changes
        self.cursor.executemany(writes.PUT_BACK_EVENT, rows)
        return self.cursor.connection.total_changes - before

    @contextmanager
    def thawed(self, abouts: Mapping[tuple[str, int], int]) -> Iterator[None]:
        """In here, all that is filed under `abouts` has rows, as long as the stream is archived up to the seq beside
        it and no further."""
        self._thawed = abouts
        try:
            yield
        finally:
            self._thawed = NO_ABOUTS

    def fetch_last(self, channel: ChannelState) -> LastMessage | None:
        if not channel.last_known:
            line = self.fetch_message(channel, channel.newest) if channel.newest else None
            channel.last = last_of(line) if line else None
            channel.last_known = True
        return channel.last

    def summarize(self, channel: ChannelState, member: MemberState) -> ChannelSummary:
        """The channel as `member`, who has just joined and has nothing unread, sees it."""
        people = self.fetch_people(channel)
        return ChannelSummary(
            id=channel.id,
            name=channel.name or shown_name(((person.id, person.name) for person in people), member.user),
            topic=channel.topic,
            private=channel.private,
            created_by=channel.created_by,
            created_at=channel.created_at,
            seq=channel.seq,
            number=channel.number,
            members=channel.members,
            position=member.position,
            position_seq=member.position_seq,
            last=self.fetch_last(channel),
            kind=channel.kind,
            people=people,
            unnamed=not channel.name,
        )

    # --- the transaction --------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write what has only been noted so far."""
        if self._event_rows:
            self.cursor.executemany(writes.INSERT_EVENT, self._event_rows)
            self._event_rows.clear()
        if self._line_rows:
            self.cursor.executemany(writes.INSERT_LINE, self._line_rows)
            self._line_rows.clear()
        if self._dirty:
            self._write_heads()

    def _write_heads(self) -> None:
        positions: list[tuple[int, int, str, str]] = []
        for state in self._dirty:
            if not state.dirty:
                continue
            state.dirty = False
            if isinstance(state, MemberState):
                positions.append((state.position, state.position_seq, state.user, state.channel))
            elif isinstance(state, ChannelState):
                self.cursor.execute(
                    writes.UPDATE_CHANNEL, (state.seq, state.number, state.members, state.newest, state.id)
                )
            else:
                self.cursor.execute(writes.UPDATE_USER, (state.seq, state.id))
        self.cursor.executemany(writes.UPDATE_POSITION, positions)
        self._dirty.clear()

    def take_batches(self) -> list[Batch]:
        """What was appended since the last call, to be called after the commit."""
        batches = [batch.close() for batch in self._batches]
        self._batches.clear()
        self._open.clear()
        if len(self._members) + len(self._users) + len(self._channels) > MAX_HEADS:
            self.forget()
        return batches

    def forget(self) -> None:
        """After a rollback: nothing noted or remembered is true any more."""
        for kept in (self._users, self._channels, self._members, self._open):
            kept.clear()
        for noted in (self._event_rows, self._line_rows, self._dirty, self._batches):
            noted.clear()
        self._everyone = None
