"""Prove that a database is whole: every log gapless and readable, every other table equal to a replay of the logs.

Reads only, in one transaction, beside a running server if there is one. Logs are streamed; what is kept at a time is
one channel's members and one user's memberships (all memberships together, and what is read from the archive, go to
temporary files of SQLite's).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.errors import StoreError
from hubbub.protocol import codec
from hubbub.protocol.events import (
    AnyEvent,
    ChannelEvent,
    MemberJoined,
    MemberLeft,
    MembershipEnded,
    MembershipStarted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessagePreviewed,
    MessageUnpinned,
    PollClosed,
    PollCounted,
    PollState,
    PollVoted,
    ReactionAdded,
    ReactionRemoved,
    UserEvent,
)
from hubbub.protocol.parts import PollPart, PreviewPart, files_of
from hubbub.store import archive_proof
from hubbub.store.archive_proof import FetchRange, has_archived, join_archived
from hubbub.store.engine import DATABASE, open_reader
from hubbub.store.migrate import check_revision
from hubbub.store.replay import ChannelReplay, Tell, UserReplay, check_quote, check_replies, replay_message
from hubbub.store.search_verify import verify_search

Progress: TypeAlias = Callable[[int, int], None]

MAX_PROBLEMS: Final = 100
PROGRESS_EVERY: Final = 10_000
_ABOUT_MESSAGES: Final = (
    MessageEdited,
    MessageDeleted,
    MessagePreviewed,
    ReactionAdded,
    ReactionRemoved,
    PollVoted,
    PollCounted,
    PollClosed,
)

# The statements are verify's own, so that a mistake in the store's is not made twice.
_EVENTS: Final = "SELECT seq, about, body FROM events WHERE stream = ? ORDER BY seq"
_EVENT: Final = "SELECT body FROM events WHERE stream = ? AND seq = ?"
_ABOUT: Final = """SELECT body FROM events WHERE stream = ?1
    AND seq IN (SELECT seq FROM events WHERE stream = ?1 AND about = ?2) ORDER BY seq"""
_NEXT_STREAM: Final = "SELECT stream FROM events WHERE stream > ? ORDER BY stream LIMIT 1"
_LINES: Final = """SELECT seq, number, author, deleted, text_seq, preview_seq, reactions, thread, replies, poll
    FROM lines WHERE channel = ? ORDER BY seq"""
_REPLIES: Final = "SELECT seq, deleted FROM lines WHERE channel = ? AND thread = ? ORDER BY number"
_NEWEST: Final = "SELECT coalesce(max(number), 0) FROM lines WHERE channel = ? AND number <= ? AND thread IS NULL"
_OWN_REPLY: Final = """SELECT number, seq FROM lines WHERE channel = ? AND thread = ? AND author = ? AND seq >= ?
    ORDER BY number DESC LIMIT 1"""
_FOLLOWS: Final = """SELECT channel, thread, since, user_seq, position, position_seq FROM follows WHERE "user" = ?"""
_DELETED: Final = "SELECT deleted FROM lines WHERE channel = ? AND number = ?"
_MEMBERS: Final = """SELECT "user", joined_seq, joined_user_seq, muted, pinned, hidden_below, position, position_seq
    FROM members WHERE channel = ?"""
_CHANNELS: Final = """SELECT id, name, topic, private, created_by, created_at, kind, people_key,
    seq, number, members, newest FROM channels
    ORDER BY id"""
_USES: Final = "SELECT file FROM file_uses WHERE channel = ? AND number = ?"
_ANSWER: Final = "SELECT 1 FROM answers WHERE channel = ? AND number = ? AND seq = ?"
_PINS: Final = 'SELECT number, "by", at, seq FROM pins WHERE channel = ? ORDER BY seq'
_NOTIFICATIONS: Final = 'SELECT settings FROM notifications WHERE "user" = ?'
_SAVED: Final = 'SELECT seq, channel, number, at FROM saved WHERE "user" = ? ORDER BY seq'
_NAMED: Final = """SELECT "user", reason, author, at FROM mentions WHERE channel = ? AND number = ?"""
_AUTHOR: Final = "SELECT author FROM lines WHERE channel = ? AND number = ?"
_BALLOTS: Final = 'SELECT channel, number, seq, options FROM ballots WHERE "user" = ?'
_CHOSEN: Final = "SELECT options FROM ballots WHERE channel = ? AND number = ?"
_USED_UNREADY: Final = """SELECT DISTINCT files.id, files.state FROM file_uses JOIN files ON files.id = file_uses.file
    WHERE files.state <> 'ready'"""
_KEY: Final = """SELECT channel, seq, number FROM keys WHERE "user" = ? AND "key" = ?"""
_KEYS: Final = """SELECT "user", "key", channel, seq, number FROM keys"""


@dataclass(slots=True)
class Report:
    """What was walked, and what is wrong: the first `MAX_PROBLEMS` in words, and how many there are."""

    users: int = 0
    channels: int = 0
    events: int = 0
    messages: int = 0
    keys: int = 0
    archived: int = 0
    indexed: int = 0
    compared: int = 0
    problem_count: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.problem_count == 0

    def add(self, problem: str) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


def verify(
    path: Path, progress: Progress | None = None, fetch_range: FetchRange | None = None, *, search: bool = False
) -> Report:
    """Walk the database in the data directory `path`; `progress(done, all)` counts events. `fetch_range` reads what is
    in the archive. `search`: the embedded search's index too, every place of every word, which takes much longer.

    Raises `StoreError` when there is no database, or not one of this version, or part of it is in the archive and that
    was not given; and as `fetch_range`.
    """
    database = path / DATABASE
    if not database.is_file():
        raise StoreError(f"{path} holds no {DATABASE}.")
    check_revision(database)
    connection = open_reader(database)
    try:
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("BEGIN")
        verifier = _Verifier(connection, progress)
        if has_archived(connection):
            if fetch_range is None:
                raise StoreError("Part of this log is in the archive: run `hubbub verify --archive`.")
            verifier.join(fetch_range)
        report = verifier.run()
        if search:
            report.indexed = verify_search(path, report.add)
        return report
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{database} is damaged: {error}") from error
    finally:
        connection.close()


class _Verifier:
    """One walk. Memberships, as the users' own logs tell them, wait in `_places` for their channel's turn."""

    def __init__(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        self._connection = connection
        self._progress = progress
        self._report = Report()
        self._all = 0
        self._about, self._next_stream = _ABOUT, _NEXT_STREAM
        self._uses = 0
        self._answers = 0
        self._named = 0
        self._places = sqlite3.connect("")
        self._places.execute(
            """CREATE TABLE places (channel, "user", joined_seq, joined_user_seq, muted, pinned, hidden_below,
            set_number, set_seq, PRIMARY KEY (channel, "user")) WITHOUT ROWID"""
        )

    def join(self, fetch_range: FetchRange) -> None:
        """Walk what is in the archive as well."""
        self._about, self._next_stream = archive_proof.ABOUT, archive_proof.NEXT_STREAM
        self._report.archived = join_archived(self._connection, fetch_range, self._report.add)

    def run(self) -> Report:
        heads = "SELECT (SELECT coalesce(sum(seq), 0) FROM users) + (SELECT coalesce(sum(seq), 0) FROM channels)"
        self._all = self._one(heads)[0]
        self._check_database()
        for user, seq in self._rows("SELECT id, seq FROM users ORDER BY id"):
            self._check_user(user, seq)
        for row in self._rows(_CHANNELS):
            self._check_channel(row)
        for row in self._rows(_KEYS):
            self._check_key(row)
        self._check_strays()
        self._check_files()
        if self._progress:
            self._progress(self._report.events, self._all)
        self._places.close()
        return self._report

    def _rows(self, sql: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        return self._connection.execute(sql, parameters)

    def _one(self, sql: str, *parameters: object) -> tuple[Any, ...]:
        """The first row, or () when there is none."""
        row: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
        return row or ()

    def _teller(self, where: str) -> Tell:
        return lambda problem: self._report.add(f"{where}: {problem}")

    def _check_database(self) -> None:
        for (problem,) in self._rows(f"PRAGMA integrity_check({MAX_PROBLEMS})"):
            if problem != "ok":
                self._report.add(f"database: {problem}")
        for table, row, parent, _ in self._rows("PRAGMA foreign_key_check"):
            self._report.add(f"table {table}: row {row} refers to nothing in {parent}")

    def _check_strays(self) -> None:
        stream = ""
        while row := self._one(self._next_stream, stream):
            stream = row[0]
            kind, _, id_ = stream.partition(":")
            table = {"channel": "channels", "user": "users"}.get(kind)
            if table is None or not self._one(f"SELECT 1 FROM {table} WHERE id = ?", id_):
                self._report.add(f"{stream}: a log of nobody")
        for table in ("lines", "members", "pins", "ballots"):
            stray = f"SELECT count(*) FROM {table} WHERE channel NOT IN (SELECT id FROM channels)"
            if count := self._one(stray)[0]:
                self._report.add(f"table {table}: {count} rows of no channel")

    def _events(self, stream: str, tell: Tell) -> Iterator[tuple[int | None, AnyEvent]]:
        """The stream's events that can be read, each with its `about`; tells gaps and what cannot be read."""
        expected = 0
        for seq, about, body in self._rows(_EVENTS, stream):
            expected += 1
            if seq != expected:
                tell(f"event {seq} follows {expected - 1}")
                expected = seq
            self._count_event()
            try:
                event = codec.decode_event(body)
            except msgspec.DecodeError as error:
                tell(f"event {seq} cannot be read: {error}")
                continue
            if event.seq != seq:
                tell(f"event {seq} says it is {event.seq}")
            if codec.encode(event) != body.rstrip(b" "):
                tell(f"event {seq} is not written as it would be")
            yield about, event

    def _count_event(self) -> None:
        self._report.events += 1
        if self._progress and self._report.events % PROGRESS_EVERY == 0:
            self._progress(self._report.events, self._all)

    # --- a user's own log -----------------------------------------------------------------------------------------

    def _check_user(self, user: str, head: int) -> None:
        self._report.users += 1
        stream = user_stream(user)
        tell = self._teller(stream)
        replay = UserReplay(tell)
        for about, event in self._events(stream, tell):
            if not isinstance(event, UserEvent) or event.user != user:
                tell(f"event {event.seq} does not belong here")
                continue
            replay.feed(event)
            self._check_membership(user, about, event, tell)
        if replay.seq != head:
            tell(f"the head is {head}, the log ends at {replay.seq}")
        found = list(self._rows(_SAVED, user))
        settings = replay.notifications
        kept = self._one(_NOTIFICATIONS, user)
        if kept != (() if settings is None else (msgspec.json.encode(settings),)):
            tell(f"the settings of notifications are {kept}, the log says {settings}")
        saved = [(event.seq, event.channel, event.number, event.at) for event in replay.saved.values()]
        if found != sorted(saved):
            tell(f"saved are {found}, the log says {sorted(saved)}")
        self._check_ballots(user, replay, tell)
        self._check_follows(user, replay, tell)
        self._places.executemany(
            "INSERT INTO places VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(channel, user, place.joined_seq, place.joined_user_seq),
                    *(place.muted, place.pinned, place.hidden_below, place.set_number, place.set_seq),
                )
                for channel, place in replay.places.items()
            ],
        )

    def _check_ballots(self, user: str, replay: UserReplay, tell: Tell) -> None:
        ballots = {
            (channel, number, event.seq, msgspec.json.encode(event.options).decode())
            for (channel, number), event in replay.answers.items()
        }
        if (found := set(self._rows(_BALLOTS, user))) != ballots:
            tell(f"votes are {sorted(found)}, the log says {sorted(ballots)}")

    def _check_membership(self, user: str, about: int | None, event: UserEvent, tell: Tell) -> None:
        if isinstance(event, MembershipStarted):
            self._check_started(user, about, event, tell)
        elif about is not None:
            tell(f"event {event.seq} is filed under {about}")
        elif isinstance(event, MembershipEnded):
            left = self._channel_event(event.channel, event.channel_seq)
            if not isinstance(left, MemberLeft) or left.user.id != user:
                tell(f"event {event.seq}: no member.left at {event.channel_seq} of {event.channel}")

    def _check_started(self, user: str, about: int | None, event: MembershipStarted, tell: Tell) -> None:
        channel, last = event.channel, event.channel.last
        joined = self._channel_event(channel.id, event.channel_seq)
        if not isinstance(joined, MemberJoined) or joined.user.id != user or channel.seq != event.channel_seq:
            tell(f"event {event.seq}: no member.joined at {event.channel_seq} of {channel.id}")
        if about != event.channel_seq:
            tell(f"event {event.seq} is filed under {about}")
        if (last.number if last else 0) != self._one(_NEWEST, channel.id, channel.number)[0]:
            tell(f"event {event.seq} does not show the newest message")
        if last is not None:
            deleted = self._one(_DELETED, channel.id, last.number)
            content = bool(last.text or last.kind)
            if not deleted or bool(deleted[0]) != last.deleted or content == last.deleted:
                tell(f"event {event.seq} shows message {last.number} otherwise than it is")

    def _channel_event(self, channel: str, seq: int) -> AnyEvent | None:
        row = self._one(_EVENT, channel_stream(channel), seq)
        try:
            return codec.decode_event(row[0]) if row else None
        except msgspec.DecodeError:
            return None  # told where the channel's log is walked

    # --- a channel ------------------------------------------------------------------------------------------------

    def _check_channel(self, row: tuple[Any, ...]) -> None:
        self._report.channels += 1
        channel = row[0]
        stream = channel_stream(channel)
        tell = self._teller(stream)
        replay = ChannelReplay(tell)
        rows = self._rows(_LINES, channel)
        for about, event in self._events(stream, tell):
            if not isinstance(event, ChannelEvent) or event.channel != channel:
                tell(f"event {event.seq} does not belong here")
                continue
            replay.feed(event)
            if isinstance(event, _ABOUT_MESSAGES):
                if about != event.number:
                    tell(f"event {event.seq} is filed under {about}")
            elif not isinstance(event, MessageUnpinned):
                self._check_line(stream, event, next(rows, None), tell)
        for left in rows:
            tell(f"line {left[0]} has no event")
        expected = (
            *(replay.name, replay.topic, replay.private, replay.created_by, replay.created_at),
            *(replay.kind, replay.people_key, replay.seq, replay.number, len(replay.members)),
            replay.newest,
        )
        if row[1:] != expected:
            tell(f"the table has {row[1:]}, the log says {expected}")
        pins = [(event.number, event.by, event.at, event.seq) for event in replay.pins.values()]
        if (found := list(self._rows(_PINS, channel))) != pins:
            tell(f"pinned are {found}, the log says {pins}")
        self._check_members(channel, replay, tell)

    def _check_line(self, stream: str, event: ChannelEvent, row: tuple[Any, ...] | None, tell: Tell) -> None:
        expected: tuple[Any, ...] = (event.seq, None, None, False, None, None, None, None, None, None)
        if isinstance(event, MessagePosted):
            self._report.messages += 1
            now = replay_message(event, self._fetch_about(stream, event.number), tell)
            reactions = msgspec.json.encode(now.reactions) if now.reactions else None
            expected = (event.seq, event.number, event.author, now.deleted, now.text_seq, now.preview_seq, reactions)
            poll = msgspec.json.encode(now.poll) if now.poll != PollState() else None
            expected += (event.thread, self._replay_replies(event, tell), poll)
            if not now.deleted:
                self._check_count(event, now.poll, tell)
                answers = self._check_ties(stream, event, now.previews, tell)
                self._check_named(event, now.named, answers, tell)
            if event.key and self._one(_KEY, event.author, event.key) != (event.channel, event.seq, event.number):
                tell(f"event {event.seq}: its key is not kept")
        if row != expected:
            tell(f"line {event.seq} is {row}, the log says {expected}")

    def _check_count(self, post: MessagePosted, poll: PollState, tell: Tell) -> None:
        """The count of an anonymous poll is that of what people say in their own logs."""
        part = next((part for part in post.parts if isinstance(part, PollPart) and part.anonymous), None)
        if part is None:
            return
        votes, voters = [0] * len(part.options), 0
        for (chosen,) in self._rows(_CHOSEN, post.channel, post.number):
            options = msgspec.json.decode(chosen, type=list[int])
            voters += bool(options)
            for option in options:
                if 0 <= option < len(votes):
                    votes[option] += 1
                else:
                    tell(f"message {post.number}: a vote for option {option}, of {len(votes)}")
        if (poll.votes or [0] * len(votes), poll.voters) != (votes, voters):
            tell(f"message {post.number} counts {poll.votes} of {poll.voters}, the votes are {votes} of {voters}")

    def _replay_replies(self, root: MessagePosted, tell: Tell) -> bytes | None:
        """What the message's line has to say of its thread."""
        replies: list[tuple[MessagePosted, bool]] = []
        for seq, deleted in self._rows(_REPLIES, root.channel, root.number):
            post = self._channel_event(root.channel, seq)
            if isinstance(post, MessagePosted):
                replies.append((post, bool(deleted)))
        summary = check_replies(root, replies, tell)
        return msgspec.json.encode(summary) if summary else None

    def _check_follows(self, user: str, replay: UserReplay, tell: Tell) -> None:
        expected: dict[tuple[str, int], tuple[int, ...]] = {}
        for (channel, root), follow in replay.follows.items():
            position = (follow.position, follow.position_seq)
            own = self._one(_OWN_REPLY, channel, root, user, follow.since)
            if own and own[1] > follow.position_seq:
                position = own
            expected[channel, root] = (follow.since, follow.user_seq, *position)
        found = {(row[0], row[1]): row[2:] for row in self._rows(_FOLLOWS, user)}
        for thread in found.keys() | expected.keys():
            if found.get(thread) != expected.get(thread):
                tell(f"thread {thread} is {found.get(thread)}, the log says {expected.get(thread)}")

    def _check_ties(self, stream: str, post: MessagePosted, previews: list[PreviewPart], tell: Tell) -> bool:
        """The files the message has, and whether it is noted with the message it quotes, as it must be."""
        used = {file for part in (*post.parts, *previews) for file in files_of(part)}
        if used:
            found = {row[0] for row in self._rows(_USES, post.channel, post.number)}
            self._uses += len(used)
            if found != used:
                tell(f"message {post.number} has the files {sorted(used)}, noted are {sorted(found)}")
        if post.reply is None:
            return False
        gone = [
            event.seq for event in self._fetch_about(stream, post.reply.number) if isinstance(event, MessageDeleted)
        ]
        answers = check_quote(post, gone[-1] if gone else None, tell)
        if answers:
            self._answers += 1
            if not self._one(_ANSWER, post.channel, post.reply.number, post.seq):
                tell(f"event {post.seq} is not noted with message {post.reply.number}")
        return answers

    def _check_named(self, post: MessagePosted, named: frozenset[str], answers: bool, tell: Tell) -> None:
        """Those whom the message names, and whose message it answers: found by them, and by nobody else."""
        expected = {(user, "mention", post.author, post.at) for user in named}
        asked = self._one(_AUTHOR, post.channel, post.reply.number) if answers and post.reply is not None else ()
        expected |= {(user, "reply", post.author, post.at) for user in asked if user != post.author}
        self._named += len(expected)
        found = set(self._rows(_NAMED, post.channel, post.number))
        if found != expected:
            tell(f"message {post.number} is for {sorted(expected)}, noted are {sorted(found)}")

    def _check_files(self) -> None:
        for table, expected in (
            ("file_uses", self._uses),
            ("answers", self._answers),
            ("mentions", self._named),
        ):
            if (found := self._one(f"SELECT count(*) FROM {table}")[0]) != expected:
                self._report.add(f"table {table}: {found} rows, the log says {expected}")
        for file, state in self._rows(_USED_UNREADY):
            self._report.add(f"file {file} is in a message and {state}")

    def _fetch_about(self, stream: str, number: int) -> Iterator[Any]:
        for (body,) in self._rows(self._about, stream, number):
            try:
                event = codec.decode_event(body)
            except msgspec.DecodeError:
                continue  # told where the log is walked
            if isinstance(event, _ABOUT_MESSAGES):
                yield event

    def _check_members(self, channel: str, replay: ChannelReplay, tell: Tell) -> None:
        expected: dict[str, tuple[Any, ...]] = {}
        own = """SELECT "user", joined_seq, joined_user_seq, muted, pinned, hidden_below, set_number, set_seq
            FROM places WHERE channel = ?"""
        for user, joined_seq, *rest, set_number, set_seq in self._places.execute(own, (channel,)):
            place = replay.members.get(user)
            if place is None or place.joined_seq != joined_seq:
                tell(f"{user}'s own log and the channel's disagree on whether they are in")
                continue
            position = (place.position, place.position_seq)
            if set_number is not None and set_seq >= place.position_seq:
                position = (set_number, set_seq)
            expected[user] = (joined_seq, *rest, *position)
        for user in replay.members.keys() - expected.keys():
            tell(f"{user}'s own log does not tell that they are in")
        found = {row[0]: row[1:] for row in self._rows(_MEMBERS, channel)}
        for user in found.keys() | expected.keys():
            if found.get(user) != expected.get(user):
                tell(f"member {user} is {found.get(user)}, the log says {expected.get(user)}")

    def _check_key(self, row: tuple[Any, ...]) -> None:
        self._report.keys += 1
        user, key, channel, seq, number = row
        post = self._channel_event(channel, seq)
        kept = isinstance(post, MessagePosted) and (post.author, post.number) == (user, number)
        if not kept or (isinstance(post, MessagePosted) and post.key != key and not post.redacted):
            self._report.add(f"key {key!r} of {user} points to what is not there: {seq} of {channel}")
