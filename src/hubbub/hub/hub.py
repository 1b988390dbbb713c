"""The Hub: registers links, follows memberships, delivers each committed batch to whoever hears its stream.

A link's life here: `register` (its user is known, nothing is heard yet) → the session reads the user's heads →
`subscribe` (which streams it is behind in) → for each stream in `catching` the session reads the log to its end and
tells `caught_up`, until nothing is left to read → `unregister`.

Invariants:
- Each link hears each of its streams in seq order, with no gap and no repeat between what came from the log and what
  is live.
- A membership change is applied before any later seq is delivered: who left hears the batch that removed them and
  nothing after it; who joined hears what follows the batch that let them in.
- Registering and unregistering in any order leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Generic

from hubbub.domain.ids import USER, user_stream
from hubbub.errors import CloseCode
from hubbub.hub.delivery import Courier
from hubbub.hub.ports import EncodedT, LinkT, Scheduler, Wire
from hubbub.hub.roster import UNKNOWN, Stream, User
from hubbub.protocol.batch import Batch, Touch


class Hub(Generic[LinkT, EncodedT]):
    def __init__(self, wire: Wire[LinkT, EncodedT], scheduler: Scheduler, *, backlog_events: int = 10_000) -> None:
        self._users: dict[str, User[LinkT]] = {}
        self._streams: dict[str, Stream[LinkT]] = {}
        self._sessions: dict[bytes, tuple[LinkT, ...]] = {}
        self._unsubscribed: set[LinkT] = set()
        # Deliveries begun while some user's memberships are being read: what a stream made from that reading missed.
        self._loading = 0
        self._recent: dict[str, int] = {}
        self._courier = Courier(wire, scheduler, self._begin, self._may_join)
        self._backlog_events = backlog_events

    # Links

    def register(self, link: LinkT, user_id: str, session: bytes) -> None:
        """`link` belongs to `user_id` from now on, through `session`; it hears nothing before `subscribe`."""
        user = self._users.get(user_id)
        if user is None:
            user = self._users[user_id] = User(user_id)
        if user.streams is None:
            self._loading += 1
        self._unsubscribed.add(link)
        user.links += (link,)
        for stream in user.streams or ():
            stream.hold(link, UNKNOWN)
        self._sessions[session] = (*self._sessions.get(session, ()), link)

    def count(self, user_id: str) -> int:
        """How many links the user has here."""
        user = self._users.get(user_id)
        return len(user.links) if user else 0

    def subscribe(self, link: LinkT, user_id: str, heads: Mapping[str, int], behind: Collection[str]) -> None:
        """The user's streams as read from the log after `register` (name → head), and in which `link` is behind.

        In all the others it stands at the head. Does nothing for a link that was unregistered meanwhile.
        """
        user = self._users.get(user_id)
        if user is None or link not in self._unsubscribed:
            return
        self._unsubscribed.discard(link)
        if user.streams is None:
            self._load(user, heads)
        for stream in user.streams or ():
            if stream.name in heads:
                stream.hold(link, UNKNOWN if stream.name in behind else heads[stream.name])
            stream.settle()

    def unregister(self, link: LinkT, user_id: str, session: bytes) -> None:
        """Forget `link`; a second time does nothing."""
        user = self._users.get(user_id)
        if user is None or link not in user.links:
            return
        user.links = tuple(other for other in user.links if other is not link)
        self._unsubscribed.discard(link)
        self._forget_session(link, session)
        for stream in user.streams or ():
            stream.catching.pop(link, None)
            stream.changed()
        if user.streams is None:
            self._loaded()
        if not user.links:
            del self._users[user_id]
            for stream in user.streams or ():
                self._remove(stream, user)

    def end_session(self, session: bytes) -> None:
        """Close every link of a session that has ended."""
        for link in self._sessions.get(session, ()):
            link.close(CloseCode.SESSION_ENDED, "session ended")

    def links(self) -> list[LinkT]:
        """Every registered link."""
        return [link for user in self._users.values() for link in user.links]

    def sizes(self) -> dict[str, int]:
        """How much is held here, for metrics and tests."""
        return {
            "users": len(self._users),
            "streams": len(self._streams),
            "sessions": len(self._sessions),
            "unsubscribed": len(self._unsubscribed),
            "loading": self._loading,
            "recent": len(self._recent),
            "waiting": self._courier.waiting,
        }

    # Catching up

    def catching(self, link: LinkT, user_id: str) -> tuple[str, int] | None:
        """A stream that the session of `link` must read on, with the last seq the link has (UNKNOWN: ask the session).

        None: there is nothing more to read, everything is live or about to be.
        """
        user = self._users.get(user_id)
        for stream in (user.streams or ()) if user else ():
            after = stream.catching.get(link)
            if after is not None and after < stream.head:
                return stream.name, after
        for stream in (user.streams or ()) if user else ():
            stream.settle()
        return None

    def caught_up(self, link: LinkT, stream_name: str, after: int) -> None:
        """`link` has everything of the stream up to `after`, which was the end of the log a moment ago."""
        stream = self._streams.get(stream_name)
        if stream is not None and link in stream.catching:
            stream.catching[link] = max(after, stream.catching[link])
            stream.settle()

    def hears(self, link: LinkT, user_id: str, stream_name: str) -> bool:
        """Whether the user of `link` still belongs to the stream."""
        user = self._users.get(user_id)
        return user is not None and link in user.links and user.stream(stream_name) is not None

    # Delivery

    @property
    def congested(self) -> bool:
        """More is waiting to be delivered than should be: posting had better wait."""
        return self._courier.waiting > self._backlog_events

    def deliver(self, batches: Sequence[Batch]) -> None:
        """Committed batches, in the order of their commits; returns after a slice of time, the rest follows."""
        for batch in batches:
            self._courier.send(batch)
        self._courier.run()

    def _may_join(self, batch: Batch) -> bool:
        """Joining is safe only when nobody waits for the delivery to come to a certain seq."""
        stream = self._streams.get(batch.stream)
        return stream is not None and not stream.catching and batch.first == stream.head + 1

    def _begin(self, batch: Batch) -> list[LinkT]:
        """Who hears `batch`; its membership changes hold for everything after it."""
        if self._loading:
            self._recent[batch.stream] = batch.last
        stream = self._streams.get(batch.stream)
        links: list[LinkT] = []
        if stream is not None and batch.last > stream.head:
            links = stream.links()
            stream.head = batch.last
            stream.settle()
        for touch in batch.touched:
            self._touch(batch, touch)
        return links

    def _touch(self, batch: Batch, touch: Touch) -> None:
        user = self._users.get(touch.user)
        if user is None:
            return
        if user.streams is None:
            user.changes.append((batch.stream, touch.joined, batch.last))
        elif touch.joined:
            self._let_in(user, batch)
        else:
            self._drop(user, batch.stream)

    # Memberships

    def _load(self, user: User[LinkT], heads: Mapping[str, int]) -> None:
        """The first reading of a user's memberships, with the changes delivered since it was asked for."""
        joined = dict.fromkeys(heads, UNKNOWN)
        for name, came, seq in user.changes:
            if came:
                joined.setdefault(name, seq)
            else:
                joined.pop(name, None)
        user.streams, user.changes = (), []
        for name, after in joined.items():
            stream = self._stream(name, max(heads.get(name, after), self._recent.get(name, 0)))
            self._add(stream, user)
            for link in user.links:
                stream.hold(link, after)
        for _ in user.links:
            self._loaded()

    def _let_in(self, user: User[LinkT], batch: Batch) -> None:
        """The user hears the stream after `batch`; links that are not yet that far hear it when they are."""
        stream = self._stream(batch.stream, batch.last)
        if user in stream.users:
            return
        self._add(stream, user)
        for link in user.links:
            if link in self._unsubscribed or self._reads_own(link, user):
                stream.hold(link, batch.last)

    def _reads_own(self, link: LinkT, user: User[LinkT]) -> bool:
        """Whether `link` still reads its user's own stream from the log, where it will learn of the channel first."""
        own = user.stream(user_stream(user.id))
        return own is not None and own.catching.get(link, own.head) < own.head

    def _loaded(self) -> None:
        self._loading -= 1
        if not self._loading:
            self._recent.clear()

    def _stream(self, name: str, head: int) -> Stream[LinkT]:
        stream = self._streams.get(name)
        if stream is None:
            stream = self._streams[name] = Stream(name, head)
        return stream

    def _add(self, stream: Stream[LinkT], user: User[LinkT]) -> None:
        if user not in stream.users:
            stream.users.add(user)
            # The user's own stream comes first, so that it is caught up with first.
            streams = user.streams or ()
            user.streams = (stream, *streams) if stream.name.startswith(USER) else (*streams, stream)
        stream.changed()

    def _drop(self, user: User[LinkT], name: str) -> None:
        for stream in user.streams or ():
            if stream.name == name:
                user.streams = tuple(other for other in user.streams or () if other is not stream)
                for link in user.links:
                    stream.catching.pop(link, None)
                self._remove(stream, user)

    def _remove(self, stream: Stream[LinkT], user: User[LinkT]) -> None:
        stream.users.discard(user)
        stream.changed()
        if not stream.users:
            self._streams.pop(stream.name, None)

    def _forget_session(self, link: LinkT, session: bytes) -> None:
        rest = tuple(other for other in self._sessions.get(session, ()) if other is not link)
        if rest:
            self._sessions[session] = rest
        else:
            self._sessions.pop(session, None)
