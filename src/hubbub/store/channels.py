"""The port `Channels` on SQLite: reading what is projected, each fetch in one read transaction."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.protocol.events import ChannelSummary, UserView
from hubbub.protocol.replies import Limits, Me, Room, RoomView, Snapshot, Thread, ThreadNews
from hubbub.protocol.views import Lines
from hubbub.store import summaries, thread_reads
from hubbub.store.cold import Bodies, Thaw
from hubbub.store.kept import fetch_pinned, fetch_saved_numbers
from hubbub.store.names import fetch_names, named_in_lines, named_in_summaries
from hubbub.store.notifications import fetch_notifications
from hubbub.store.polls import fetch_answers
from hubbub.store.readers import Reader, Readers
from hubbub.store.schema import channels, members, users
from hubbub.store.statements import compile_sql
from hubbub.store.windows import Place, fetch_window

# How many members a room shows (Room.members).
ROOM_MEMBERS: Final = 200

_ME: Final = compile_sql(
    select(users.c.name, users.c.role, users.c.seq).where(
        users.c.id == bindparam("user"), users.c.disabled_at.is_(None)
    ),
    "user",
)
_of_channel: Final = (
    select(users.c.id, users.c.name)
    .select_from(members.join(users, users.c.id == members.c.user))
    .where(members.c.channel == bindparam("channel"))
    .order_by(members.c.joined_seq)
    .limit(bindparam("limit"))
    .offset(literal("0"))
)
_MEMBERS: Final = compile_sql(_of_channel, "channel", "limit")
_other: Final = members.alias("other")
_MEMBERS_AFTER: Final = compile_sql(
    _of_channel.where(
        members.c.joined_seq
        > select(_other.c.joined_seq)
        .where(_other.c.user == bindparam("after"), _other.c.channel == bindparam("of_channel"))
        .scalar_subquery()
    ),
    "channel",
    "after",
    "of_channel",
    "limit",
)
_POSITIONS: Final = compile_sql(
    select(members.c.user, members.c.position)
    .where(members.c.channel == bindparam("channel"))
    .order_by(members.c.joined_seq)
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "channel",
    "limit",
)
_GENERAL: Final = compile_sql(
    select(channels.c.id).where(channels.c.everyone == literal("1")).order_by(channels.c.created_at, channels.c.id)
)


class SqliteChannels:
    """Reading what is projected. What the user may not see is as if absent (`no_such_channel`)."""

    def __init__(self, readers: Readers, epoch: str, thaw: Thaw) -> None:
        self._readers = readers
        self._epoch = epoch
        self._thaw = thaw

    async def fetch_snapshot(
        self,
        user: str,
        channel: str | None,
        *,
        page: int,
        limits: Limits,
        around: int | None = None,
        thread: int | None = None,
    ) -> Snapshot:
        """All of a page's state, read in one transaction. `thread`: the message whose thread is opened beside
        the room. A reply to be around is shown in its thread, beside the room around the message that hangs on.

        Raises `not_logged_in` (no such user any more), `no_such_channel`, `no_such_message` (none to be around),
        `archive_unavailable`.
        """
        return await self._thaw.read(
            lambda bodies: self._fetch_snapshot(user, channel, page, limits, around, thread, bodies)
        )

    async def _fetch_snapshot(
        self,
        user: str,
        channel: str | None,
        page: int,
        limits: Limits,
        around: int | None,
        thread: int | None,
        bodies: Bodies,
    ) -> Snapshot:
        async with self._readers.transaction() as reader:
            me = await reader.fetch_one(_ME, (user,))
            if me is None:
                raise Refused("not_logged_in")
            name, role, seq = me
            mine = await summaries.fetch_summaries(reader, user)
            room = opened = None
            if channel is not None:
                place = Place()
                root = None if around is None else await thread_reads.find_root(reader, channel, around)
                if root is not None:
                    place, around, thread = Place(around=around), root, root
                elif thread is not None and await thread_reads.find_root(reader, channel, thread) is not None:
                    place = Place(around=thread)
                room = await self._fetch_room(reader, user, channel, page, around, bodies)
                if thread is not None:
                    opened = await thread_reads.fetch_thread(reader, channel, thread, place, page, bodies)
            named = [user, *named_in_summaries(mine)]
            if opened is not None:
                named += named_in_lines([opened.root, *opened.lines])
            if room is not None:
                named += _named_in_room(room)
            return Snapshot(
                epoch=self._epoch,
                user=Me(id=user, name=name, role=Role(role)),
                seq=seq,
                channels=mine,
                room=room,
                saved=await fetch_saved_numbers(reader, user),
                answers=await fetch_answers(reader, user),
                thread=opened,
                threads=await thread_reads.fetch_followed(reader, user),
                notifications=await fetch_notifications(reader, user),
                users=await fetch_names(reader, named),
                limits=limits,
            )

    async def fetch_room(self, user: str, channel: str, *, page: int, around: int | None = None) -> RoomView:
        """One room alone, read in one transaction: what it costs does not grow with the channels the user is in.

        Raises `no_such_channel`, `no_such_message` (none to be around), `archive_unavailable`.
        """
        return await self._thaw.read(lambda bodies: self._fetch_room_view(user, channel, page, around, bodies))

    async def _fetch_room_view(
        self, user: str, channel: str, page: int, around: int | None, bodies: Bodies
    ) -> RoomView:
        async with self._readers.transaction() as reader:
            room = await self._fetch_room(reader, user, channel, page, around, bodies)
            return RoomView(epoch=self._epoch, room=room, users=await fetch_names(reader, _named_in_room(room)))

    async def _fetch_room(
        self, reader: Reader, user: str, channel: str, page: int, around: int | None, bodies: Bodies
    ) -> Room:
        summary, member = await summaries.fetch_summary(reader, user, channel)
        window = await fetch_window(reader, channel, Place(around=around), page, bodies)
        people = await reader.fetch_all(_MEMBERS, (channel, ROOM_MEMBERS))
        return Room(
            channel=summary,
            member=member,
            lines=window.lines,
            older=window.older,
            newer=window.newer,
            members=[UserView(id=id_, name=name) for id_, name in people],
            pins=await fetch_pinned(reader, channel),
        )

    async def fetch_summaries(self, user: str) -> list[ChannelSummary]:
        """The user's channels, in the order they joined them."""
        async with self._readers.statement() as reader:
            return await summaries.fetch_summaries(reader, user)

    async def fetch_public(self, user: str, *, after: str | None, limit: int) -> list[tuple[ChannelSummary, bool]]:
        """Public channels in the order of their name keys, beyond the name key `after`."""
        async with self._readers.statement() as reader:
            return await summaries.fetch_public(reader, user, after or "", limit)

    async def fetch_summary(self, user: str, channel: str) -> tuple[ChannelSummary, bool]:
        """One channel the user may see, and whether they are in it; raises `no_such_channel`."""
        async with self._readers.statement() as reader:
            return await summaries.fetch_summary(reader, user, channel)

    async def fetch_lines(
        self,
        user: str,
        channel: str,
        *,
        before: int | None,
        after: int | None,
        around: int | None,
        limit: int,
    ) -> Lines:
        """Lines with seq < `before`, or > `after`, or around the message number `around`; none of them: the newest.

        Raises `no_such_channel`, `no_such_message` (none to be around), `archive_unavailable`.
        """
        place = Place(before, after, around)
        return await self._thaw.read(lambda bodies: self._fetch_lines(user, channel, place, limit, bodies))

    async def _fetch_lines(self, user: str, channel: str, place: Place, limit: int, bodies: Bodies) -> Lines:
        async with self._readers.transaction() as reader:
            await summaries.fetch_summary(reader, user, channel)
            window = await fetch_window(reader, channel, place, limit, bodies)
            people = await fetch_names(reader, named_in_lines(window.lines))
            return Lines(window.lines, window.older, window.newer, people)

    async def fetch_thread(
        self,
        user: str,
        channel: str,
        number: int,
        *,
        before: int | None,
        after: int | None,
        around: int | None,
        limit: int,
    ) -> tuple[Thread, list[UserView]]:
        """The thread of the message `number`, or in which it is a reply, and the people its lines refer to: replies
        with a number < `before`, or > `after`, or around `around`; none of them: the newest.

        Raises `no_such_channel`, `no_such_message`, `archive_unavailable`.
        """
        place = Place(before, after, around)
        return await self._thaw.read(lambda bodies: self._fetch_thread(user, channel, number, place, limit, bodies))

    async def _fetch_thread(
        self, user: str, channel: str, number: int, place: Place, limit: int, bodies: Bodies
    ) -> tuple[Thread, list[UserView]]:
        async with self._readers.transaction() as reader:
            await summaries.fetch_summary(reader, user, channel)
            thread = await thread_reads.fetch_thread(reader, channel, number, place, limit, bodies)
            return thread, await fetch_names(reader, named_in_lines([thread.root, *thread.lines]))

    async def fetch_threads(self, user: str) -> tuple[list[ThreadNews], list[UserView]]:
        """The threads the user follows, where something was said last first. Raises `archive_unavailable`."""
        return await self._thaw.read(lambda bodies: self._fetch_threads(user, bodies))

    async def _fetch_threads(self, user: str, bodies: Bodies) -> tuple[list[ThreadNews], list[UserView]]:
        async with self._readers.transaction() as reader:
            news = await thread_reads.fetch_news(reader, user, bodies)
            shown = [line for each in news for line in (each.root, *each.lines)]
            return news, await fetch_names(reader, named_in_lines(shown))

    async def fetch_members(self, user: str, channel: str, *, after: str | None, limit: int) -> list[UserView]:
        """Members in the order they joined, after the user `after`; raises `no_such_channel`."""
        async with self._readers.transaction() as reader:
            await summaries.fetch_summary(reader, user, channel)
            if after is None:
                rows = await reader.fetch_all(_MEMBERS, (channel, limit))
            else:
                rows = await reader.fetch_all(_MEMBERS_AFTER, (channel, after, channel, limit))
            return [UserView(id=id_, name=name) for id_, name in rows]

    async def fetch_positions(self, user: str, channel: str, *, most: int) -> dict[str, int]:
        """How far each member has read, in the order they joined; nobody when there are more than `most`.

        Raises `no_such_channel`, `not_a_member`.
        """
        async with self._readers.transaction() as reader:
            summary, member = await summaries.fetch_summary(reader, user, channel)
            if not member:
                raise Refused("not_a_member")
            rows = await reader.fetch_all(_POSITIONS, (channel, most)) if summary.members <= most else ()
            return dict(rows)

    async def find_general(self) -> str | None:
        """The id of the first channel everyone joins."""
        async with self._readers.statement() as reader:
            row = await reader.fetch_one(_GENERAL)
        return row[0] if row else None


def _named_in_room(room: Room) -> list[str]:
    named = [*named_in_summaries([room.channel]), *named_in_lines(room.lines)]
    return named + [member.id for member in room.members]
