"""What the services need from the layers below, as protocols; `main.py` says which adapter fills each.

Every async method may raise `Refused("store_failed")` when the database does not answer, and nothing else but what its
docstring names.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Collection, Sequence
from typing import Protocol

from hubbub.domain.accounts import Account, Session
from hubbub.domain.addressed import Addressed, Reason
from hubbub.domain.finding import Found, Page, Scope
from hubbub.domain.intents import Appended, Intent
from hubbub.domain.links import SeenPage
from hubbub.domain.query import Query
from hubbub.protocol.events import ChannelSummary, UserView
from hubbub.protocol.history import MessageHistory
from hubbub.protocol.kept import PinList, SavedList
from hubbub.protocol.replies import Limits, RoomView, Snapshot, Status, Thread, ThreadNews
from hubbub.protocol.search import ChannelName
from hubbub.protocol.views import Fetched, Heads, Lines, Membership

__all__ = [
    "Account",
    "Accounts",
    "Addressees",
    "Channels",
    "Clock",
    "Ephemera",
    "Fanout",
    "Fetched",
    "Heads",
    "History",
    "Kept",
    "Lines",
    "Log",
    "Membership",
    "Previews",
    "Readable",
    "Search",
    "Session",
    "Sockets",
    "Web",
]


class Log(Protocol):
    """The append-only logs, with everything projected from them."""

    def append(self, intent: Intent) -> Future[Appended]:
        """Carry out one intent; done after its commit. Intents are committed in the order of the calls.

        The future, not a coroutine, because most of what a server does is this: whoever needs no task pays for none.
        Raises `Refused` at once: `busy` (the queue of unwritten intents is full), `shutting_down`. The future raises it
        with what the intent's docstring names, and `store_failed` (a failed commit: retry with the same key).
        """
        ...

    async def fetch_heads(self, user: str) -> Heads:
        """The heads, read in one transaction."""
        ...

    async def fetch_events(
        self, stream: str, after: int, limit: int, *, member: str | None = None
    ) -> list[tuple[int, bytes]]:
        """Up to `limit` events with seq > `after`, oldest first, as (seq, encoded).

        With `member`: only what came after that user joined, and nothing unless they are in the channel while it is
        read.
        """
        ...

    async def fetch_range(self, stream: str, after: int, upto: int) -> Sequence[tuple[int, bytes]]:
        """The events with `after` < seq ≤ `upto`, as (seq, encoded), for somebody known to be entitled to them. Many
        who want the same share one reading."""
        ...


class Channels(Protocol):
    """Reading what is projected. `user` None or not permitted: as if absent (`no_such_channel`)."""

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
        """All of a page's state in one read transaction; `no_such_channel` when the user may not see `channel`.
        `thread`: the message whose thread is opened too; so is that of a reply to be `around`."""
        ...

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
        """The thread of a message, and whom it names: replies with a number < `before`, or > `after`, or around
        `around`; none of them: the newest."""
        ...

    async def fetch_threads(self, user: str) -> tuple[list[ThreadNews], list[UserView]]:
        """The threads the user follows, and whom they name; where something was said last first."""
        ...

    async def fetch_room(self, user: str, channel: str, *, page: int, around: int | None = None) -> RoomView:
        """One room alone, in one read transaction; `no_such_channel`, `no_such_message`."""
        ...

    async def fetch_summaries(self, user: str) -> list[ChannelSummary]:
        """The user's channels."""
        ...

    async def fetch_public(self, user: str, *, after: str | None, limit: int) -> list[tuple[ChannelSummary, bool]]:
        """Public channels by name, each with whether the user is in it (position 0 where not)."""
        ...

    async def fetch_summary(self, user: str, channel: str) -> tuple[ChannelSummary, bool]:
        """One channel the user may see, and whether they are in it; `no_such_channel` otherwise."""
        ...

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
        """Lines with seq < `before`, or > `after`, or around the message number `around`; none of them: the newest."""
        ...

    async def fetch_members(self, user: str, channel: str, *, after: str | None, limit: int) -> list[UserView]:
        """Members in the order they joined, after the user `after`."""
        ...

    async def fetch_positions(self, user: str, channel: str, *, most: int) -> dict[str, int]:
        """How far each member has read; nobody when there are more than `most`. Raises `not_a_member` too."""
        ...

    async def find_general(self) -> str | None:
        """The id of the first channel everyone joins."""
        ...


class Addressees(Protocol):
    """To whom messages are addressed."""

    async def fetch_addressed(
        self, user: str, *, upto: int, reason: Reason | None, read: bool, limit: int
    ) -> tuple[list[Addressed], bool]:
        """What was written up to `upto` in channels the user is in, newest first, and whether there is more; with
        `read`, also what was read. At least `limit` of it where there is."""
        ...


class Accounts(Protocol):
    """People and their sessions."""

    async def fetch_account(self, name_key: str) -> Account | None: ...

    async def fetch_users(self, ids: Sequence[str]) -> list[UserView]: ...

    async def find_users(self, prefix_key: str, limit: int) -> list[UserView]:
        """People whose name begins so (by name key), for adding members."""
        ...

    async def count_users(self) -> int: ...

    async def create_session(self, session: bytes, user: str, *, at: int, expires_at: int) -> None: ...

    async def fetch_session(self, session: bytes, *, now: int) -> Session | None:
        """None when unknown, expired, or its user disabled."""
        ...

    async def delete_session(self, session: bytes) -> None: ...

    async def delete_sessions_of(self, user: str, *, but: bytes | None = None) -> list[bytes]: ...


class Clock(Protocol):
    """Milliseconds since 1970 (UTC), never going backwards within a process."""

    def __call__(self) -> int: ...


class Sockets(Protocol):
    """The open sockets, as far as services end them."""

    def end_session(self, user: str, session: bytes) -> None:
        """Close every socket of this session with 4001."""
        ...


class Fanout(Protocol):
    """Delivery to listeners, as far as those who post must know of it."""

    @property
    def congested(self) -> bool:
        """More is waiting to be delivered than should be."""
        ...


class Ephemera(Protocol):
    """What holds for a moment, on all nodes; nothing of it is stored, and nothing of it does any input or output."""

    def is_member(self, user: str, channel: str) -> bool:
        """Whether the user is known to be in the channel without asking the store; False says nothing."""
        ...

    def set_typing(self, user: str, channel: str, *, active: bool) -> None:
        """The user, a member of the channel, writes there, or no more."""
        ...

    def on_posted(self, user: str, channel: str) -> None:
        """The user has posted: what they were writing is done."""
        ...

    def set_status(self, user: str, connection: int, *, away: bool) -> None:
        """Whether nobody sits before the user's connection of this id; one that is gone is no matter."""
        ...

    def watch(self, user: str, connection: int, wanted: Sequence[str]) -> dict[str, Status]:
        """What those are to this user now; the connection is told of changes from now on."""
        ...

    def look(self, channels: Collection[str], wanted: Sequence[str]) -> dict[str, Status]:
        """What those are now to whoever is in these channels."""
        ...


class Previews(Protocol):
    """Who looks at what the links of messages lead to, when nobody waits for it."""

    def notice(self, session: Session, channel: str, done: Future[Appended]) -> None:
        """A message with links, perhaps, was posted or edited; or it was refused, as the future says."""
        ...


class Web(Protocol):
    """What links lead to. Whoever implements it goes only where everybody may, within bounds, and raises nothing."""

    async def look(self, url: str) -> SeenPage | None:
        """What the page says of itself; None where there is nothing to be shown."""
        ...

    async def fetch_picture(self, url: str) -> bytes | None:
        """The picture's bytes, whatever they are; None where there are none, or too many."""
        ...

    async def close(self) -> None: ...


class Search(Protocol):
    """An engine that finds messages; it only finds: what is shown is read from the store, and checked there again."""

    async def search(self, query: Query, scope: Scope, page: Page) -> Found:
        """One page of what matches `query` within `scope`: messages not deleted, with their present text.

        What was committed before the call is found, as far as the engine has it (the SQL ones wait for it, others say
        in their documents how far they lag). Raises `search_slow` after `page.seconds`, `search_failed`, `busy`.
        """
        ...

    async def fetch_similar(self, token: str, scope: Scope, most: int) -> list[str]:
        """Up to `most` other tokens that some message within `scope` has, spelled nearly like `token`: the nearest
        first, then those that most messages there have. What is said elsewhere makes no difference, but that an engine
        looks at no more than `CANDIDATES` words at once. Raises as `search`.
        """
        ...


class Readable(Protocol):
    """What a user may read at this moment: what a search is bounded to, and what it shows."""

    async def fetch_readable(self, user: str) -> list[ChannelName]:
        """The channels the user may read: their own, and public ones unless they are a guest."""
        ...

    async def fetch_messages(self, user: str, wanted: Sequence[tuple[str, int]]) -> Fetched:
        """Of the messages `wanted`, as channel and number, those not deleted that the user may read."""
        ...


class Kept(Protocol):
    """What was put aside, and what it says as far as the user may read it at this moment."""

    async def fetch_pins(self, user: str, channel: str) -> PinList:
        """All of a channel's; raises `no_such_channel`."""
        ...

    async def fetch_saved(self, user: str, before: int | None, limit: int) -> SavedList:
        """A page of the user's own, the newest first, `before` being what the page before it said is `next`."""
        ...


class History(Protocol):
    """What was written before."""

    async def fetch_history(self, user: str, channel: str, number: int) -> MessageHistory:
        """The texts a message has had; raises `no_such_channel`, `not_a_member`, `no_such_message`,
        `already_deleted`, `archive_unavailable`."""
        ...
