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
from hubbub.hub.delivery import Courier
from hubbub.hub.ports import EncodedT, LinkT, Observer, Scheduler, Unobserved, Wire
from hubbub.hub.roster import EARLY, NONE_AHEAD, OUT, UNKNOWN, Channel, Stream, User
from hubbub.hub.tails import Tails
from hubbub.protocol.batch import Batch, Touch


class Hub(Generic[LinkT, EncodedT]):
    def __init__(self, wire: Wire[LinkT, EncodedT], scheduler: Scheduler, *, backlog_events: int = 10_000) -> None:
        self._users: dict[str, User[LinkT]] = {}
        self._channels: dict[str, Channel[LinkT]] = {}
        self._unsubscribed: set[LinkT] = set()
        # Those, and the links that still read their user's own stream. There they learn of channels: none is live for
        # them yet.
        self._unready: set[LinkT] = set()
        # Deliveries begun while some user's memberships are being read: what a stream made from that reading missed.
        self._loading = 0
        self._recent: dict[str, int] = {}
        self._tails = Tails()
        self._courier = Courier(wire, scheduler, self._begin, self._may_join)
        self._backlog_events = backlog_events
        self._observer: Observer[LinkT] = Unobserved()

    def observe(self, observer: Observer[LinkT]) -> None:
        """`observer` is told who comes and goes from now on."""
        self._observer = observer

    # Links

    def register(self, link: LinkT, user_id: str) -> None:
        """`link` belongs to `user_id` from now on; it hears nothing before `subscribe`."""
        user = self._users.get(user_id)
        if user is None:
            user = self._users[user_id] = User(user_id)
        self._unsubscribed.add(link)
        self._unready.add(link)
        user.all_links += (link,)
        if not user.loaded:
            self._loading += 1
            return
        for stream in user.streams():
            stream.hold(link, UNKNOWN)

    def links_of(self, user_id: str) -> Sequence[LinkT]:
        """The user's links here."""
        user = self._users.get(user_id)
        return user.all_links if user else ()

    def subscribe(
        self,
        link: LinkT,
        user_id: str,
        heads: Mapping[str, int],
        joined: Mapping[str, int],
        behind: Collection[str],
    ) -> None:
        """The user's streams as read from the log after `register` (name → head), for each channel the seq at which
        they joined it, and the streams in which `link` is behind.

        In all the others it stands at the head. Does nothing for a link that was unregistered meanwhile.
        """
        user = self._users.get(user_id)
        if user is None or link not in self._unsubscribed:
            return
        self._unsubscribed.discard(link)
        if not user.loaded:
            self._load(user, heads, joined)
        for name in joined:
            if user.stream(name) is None and user.left.get(name, 0) <= heads[name]:
                self._let_in_early(user, name, heads[name])
        if not any(other in self._unsubscribed for other in user.all_links):
            user.left = NONE_AHEAD
        for stream in user.streams():
            head = heads.get(stream.name)
            if head is not None:
                stream.hold(link, UNKNOWN if stream.name in behind else head)
            elif stream.catching.get(link) == UNKNOWN:
                stream.hold(link, OUT)  # in it when the link was registered, and no more when its reading was made
            if stream is user:
                self._look_how_far(user, link)
            stream.settle(self._unready)
        self._observer.on_here(link, user_id)

    def unregister(self, link: LinkT, user_id: str) -> None:
        """Forget `link`; a second time does nothing."""
        user = self._users.get(user_id)
        if user is None or link not in user.all_links:
            return
        user.all_links = tuple(other for other in user.all_links if other is not link)
        was_here = link not in self._unsubscribed
        self._unsubscribed.discard(link)
        self._unready.discard(link)
        user.ahead = {key: after for key, after in user.ahead.items() if key[1] is not link} or NONE_AHEAD
        for stream in user.streams():
            stream.release(link)
            self._forget_tail(stream)
        if not user.loaded:
            self._loaded()
        if not user.all_links:
            del self._users[user_id]
            for channel in user.channels or ():
                self._remove(channel, user)
        was_last = was_here and not self.is_here(user_id)
        left = tuple(channel.name for channel in user.channels or ()) if was_last else None
        self._observer.on_gone(link, user_id, left)

    # Who is here

    def is_here(self, user_id: str) -> bool:
        """Whether the user has a link that is past its hello."""
        user = self._users.get(user_id)
        if user is None or not self._unsubscribed:  # asked of hundreds at once, mostly while nobody says hello
            return user is not None
        return any(link not in self._unsubscribed for link in user.all_links)

    def is_greeted(self, link: LinkT) -> bool:
        """Whether `link`, which is registered, is past its hello."""
        return link not in self._unsubscribed

    def is_member(self, user_id: str, stream_name: str) -> bool:
        """Whether the user, who is here, is in the channel; of somebody else nothing is known."""
        user, channel = self._users.get(user_id), self._channels.get(stream_name)
        return user is not None and channel is not None and user in channel.users

    def share_a_channel(self, one_id: str, other_id: str) -> bool:
        """Whether the two, both here, are in some channel together."""
        one, other = self._users.get(one_id), self._users.get(other_id)
        if one is None or other is None or not one.channels or not other.channels:
            return False
        if one.channels[0] is other.channels[0]:
            return True
        if len(one.channels) > len(other.channels):
            one, other = other, one
        return any(other in channel.users for channel in one.channels or ())

    def listeners(self, stream_name: str) -> Sequence[LinkT]:
        """The links that hear the channel live."""
        channel = self._channels.get(stream_name)
        return channel.links() if channel is not None else ()

    def count_users(self, stream_name: str) -> int:
        """How many of the channel's members are here."""
        channel = self._channels.get(stream_name)
        return len(channel.users) if channel is not None else 0

    def sizes(self) -> dict[str, int]:
        """How much is held here, for metrics and tests."""
        return {
            "users": len(self._users),
            "channels": len(self._channels),
            "unsubscribed": len(self._unsubscribed),
            "loading": self._loading,
            "recent": len(self._recent),
            "tails": len(self._tails),
            "waiting": self._courier.waiting,
        }

    # Catching up

    def catching(self, link: LinkT, user_id: str) -> tuple[str, int, int] | None:
        """A stream that the session of `link` must read on, the last seq the link has (UNKNOWN: ask the session), and
        the head up to which to read: so far the user is entitled to it, whatever the log says of them further on.

        None: there is nothing more to read, everything is live or about to be.
        """
        user = self._users.get(user_id)
        if user is None:
            return None
        for stream in user.streams():
            after = stream.catching.get(link)
            if after is not None and after < stream.head:
                return stream.name, after, stream.head
        for stream in user.streams():
            stream.settle(self._unready)
            self._forget_tail(stream)
        return None

    def delivered_since(self, stream_name: str, after: int) -> list[bytes] | None:
        """What was delivered of a stream after `after`, for a link that catches up with it; None: read the log.

        Whoever sends it and tells `caught_up` without waiting in between is live.
        """
        stream = self._find(stream_name)
        return None if stream is None else self._tails.since(stream_name, after, stream.head)

    def caught_up(self, link: LinkT, stream_name: str, after: int) -> None:
        """`link` has everything of the stream up to `after`, which was the end of the log a moment ago."""
        stream = self._find(stream_name)
        if stream is not None and link in stream.catching:
            stream.hold(link, max(after, stream.catching[link]))
            if isinstance(stream, User):
                self._look_how_far(stream, link)
            stream.settle(self._unready)
            self._forget_tail(stream)

    def _look_how_far(self, user: User[LinkT], link: LinkT) -> None:
        if user.reads(link) or link in self._unsubscribed:
            self._unready.add(link)
        else:
            self._unready.discard(link)

    def _forget_tail(self, stream: Stream[LinkT]) -> None:
        if not stream.catching:
            self._tails.drop(stream.name)

    def holds(self, link: LinkT, stream_name: str) -> bool:
        """Whether `link` still catches up with the stream: what was read of it meanwhile is to be sent only then."""
        stream = self._find(stream_name)
        return stream is not None and stream.catching.get(link, OUT) < EARLY

    # Delivery

    @property
    def busy(self) -> bool:
        """Something is on its way to its listeners."""
        return self._courier.waiting > 0

    @property
    def congested(self) -> bool:
        """More is waiting to be delivered than should be: posting had better wait."""
        return self._courier.waiting > self._backlog_events

    def deliver(self, batches: Sequence[Batch]) -> None:
        """Committed batches, in the order of their commits; they are written in turns of the loop to come."""
        for batch in batches:
            self._courier.send(batch)
        self._courier.run()

    def _may_join(self, batch: Batch) -> bool:
        """Joining is safe only when nobody waits for the delivery to come to a certain seq."""
        stream = self._find(batch.stream)
        return stream is not None and not stream.catching and batch.first == stream.head + 1

    def _begin(self, batch: Batch) -> list[LinkT]:
        """Who hears `batch`; its membership changes hold for everything after it."""
        if self._loading:
            self._recent[batch.stream] = batch.last
        stream = self._find(batch.stream)
        links: list[LinkT] = []
        if stream is not None:
            if batch.first <= stream.head:
                stream.step_back(batch.first - 1)
            links = stream.links()
            stream.head = batch.last
            if isinstance(stream, User):
                for link in stream.catching:
                    self._look_how_far(stream, link)
            stream.settle(self._unready)
            if stream.catching:
                self._tails.add(batch)
            elif self._tails:
                self._tails.drop(batch.stream)
        for touch in batch.touched:
            self._touch(batch, touch)
            self._observer.on_member(touch.user, batch.stream, touch.joined)
        return links

    def _touch(self, batch: Batch, touch: Touch) -> None:
        user = self._users.get(touch.user)
        if user is None:
            return
        if not touch.joined and any(link in self._unsubscribed for link in user.all_links):
            user.left = {**user.left, batch.stream: batch.last}
        if not user.loaded:
            user.changes += ((batch.stream, touch.joined, batch.last),)
        elif touch.joined:
            self._let_in(user, batch)
        else:
            self._drop(user, batch.stream)

    def _find(self, name: str) -> Stream[LinkT] | None:
        """The stream, if somebody hears it here; a user's own only once their memberships are read."""
        if not name.startswith(USER):
            return self._channels.get(name)
        user = self._users.get(name[len(USER) :])
        return user if user is not None and user.loaded else None

    # Memberships

    def _load(self, user: User[LinkT], heads: Mapping[str, int], joined: Mapping[str, int]) -> None:
        """The first reading of a user's memberships, with the changes delivered since it was asked for.

        A link whose own reading is older, and does not know of a channel, hears what follows the joining.
        """
        own = user_stream(user.id)
        joined = dict(joined)
        for name, came, seq in user.changes:
            if seq <= heads.get(name, -1):
                continue  # the reading was later, and knows what came of it
            if came:
                joined[name] = seq
            else:
                joined.pop(name, None)
        user.channels, user.changes = (), ()
        user.head = max(heads.get(own, 0), self._recent.get(own, 0))
        for name, after in joined.items():
            channel = self._channel(name, max(heads.get(name, after), self._recent.get(name, 0)))
            self._add(channel, user)
            for link in user.all_links:
                channel.hold(link, after)
        for link in user.all_links:
            user.hold(link, UNKNOWN)
            self._loaded()

    def _let_in(self, user: User[LinkT], batch: Batch) -> None:
        """The user hears the channel after `batch`; links that are not yet that far hear it when they are."""
        channel = self._channel(batch.stream, batch.last)
        early = user in channel.users
        if not early:
            self._add(channel, user)
        for link in user.all_links:
            if not early or channel.catching.get(link) == EARLY:
                self._let_link_in(channel, user, link, batch.last)
        user.ahead = {key: after for key, after in user.ahead.items() if key[0] != channel.name} or NONE_AHEAD

    def _let_link_in(self, channel: Channel[LinkT], user: User[LinkT], link: LinkT, joined: int) -> None:
        # A link that still reads its user's own stream from the log must learn of the channel there first.
        ahead = user.ahead.get((channel.name, link), 0)
        if link in self._unready or ahead > joined:
            channel.hold(link, max(joined, ahead))
        else:
            channel.release(link)

    def _let_in_early(self, user: User[LinkT], name: str, head: int) -> None:
        """A link's reading shows that its user joined, which has yet to be delivered here: the user's other links are
        told by that, and hear what follows."""
        channel = self._channel(name, max(head, self._recent.get(name, 0)))
        self._add(channel, user)
        for link in user.all_links:
            channel.hold(link, EARLY)

    def _loaded(self) -> None:
        self._loading -= 1
        if not self._loading:
            self._recent.clear()

    def _channel(self, name: str, head: int) -> Channel[LinkT]:
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = Channel(name, head)
        return channel

    def _add(self, channel: Channel[LinkT], user: User[LinkT]) -> None:
        channel.users[user] = None
        channel.changed()
        user.channels = (*user.channels, channel) if user.channels else channel.alone

    def _drop(self, user: User[LinkT], name: str) -> None:
        channel = self._channels.get(name)
        if channel is None or user not in channel.users:
            return
        left = tuple(other for other in user.channels or () if other is not channel)
        user.channels = left[0].alone if len(left) == 1 else left
        for link in user.all_links:
            if channel.head < channel.catching.get(link, 0) < EARLY:
                user.ahead = {**user.ahead, (name, link): channel.catching[link]}
            channel.release(link)
        self._forget_tail(channel)
        self._remove(channel, user)

    def _remove(self, channel: Channel[LinkT], user: User[LinkT]) -> None:
        channel.users.pop(user, None)
        channel.changed()
        if not channel.users:
            self._channels.pop(channel.name, None)
            channel.retire()
