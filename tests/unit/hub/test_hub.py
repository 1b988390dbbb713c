"""The hub against a model: a log, commits delivered late, links that come, resume and go at any moment.

The model's log is the truth; what each link received is compared with it. Delivery is cut into slices by a wire that
writes to two links at a time, and everything is interleaved as Hypothesis likes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hubbub.hub.hub import Hub
from hubbub.protocol.batch import Batch, Touch

USERS = ("ann", "bob", "cy")
CHANNELS = ("channel:a", "channel:b")
Event = tuple[str, int]  # stream, seq


def encode_event(stream: str, seq: int) -> bytes:
    return f"{stream} {seq}".encode()


def decode_event(payload: bytes) -> Event:
    stream, seq = payload.decode().split()
    return stream, int(seq)


class ModelLink:
    def __init__(self, user: str) -> None:
        self.user = user
        self.closed = False
        self.heard: list[Event] = []
        self.start: dict[str, int] = {}

    def take(self, payloads: Sequence[bytes]) -> None:
        if not self.closed:
            self.heard += [decode_event(payload) for payload in payloads]


class TwoAtATime:
    """A wire for which every slice is over after two links."""

    def encode(self, payloads: Sequence[bytes]) -> tuple[bytes, ...]:
        return tuple(payloads)

    def write(self, links: Sequence[ModelLink], start: int, encoded: tuple[bytes, ...], until: float) -> int:
        stop = min(start + 2, len(links))
        for link in links[start:stop]:
            link.take(encoded)
        return stop


class ManualLoop:
    def __init__(self) -> None:
        self.soon: deque[Callable[[], None]] = deque()

    def call_soon(self, callback: Callable[[], None]) -> None:
        self.soon.append(callback)

    def run_one(self) -> None:
        if self.soon:
            self.soon.popleft()()


@dataclass
class ModelLog:
    heads: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHANNELS, 1))
    members: dict[str, dict[str, int]] = field(default_factory=lambda: {c: {} for c in CHANNELS})  # user → joined seq
    joins: dict[tuple[str, str, int], int] = field(default_factory=dict)  # channel, user, seq → seq in their own stream
    left: dict[tuple[str, str], int] = field(default_factory=dict)
    undelivered: deque[list[Batch]] = field(default_factory=deque)

    def append(self, stream: str, count: int = 1, touch: Touch | None = None) -> Batch:
        first = self.heads.get(stream, 0) + 1
        self.heads[stream] = first + count - 1
        payloads = tuple(encode_event(stream, seq) for seq in range(first, first + count))
        return Batch(stream, first, first + count - 1, payloads, (touch,) if touch else ())

    def post(self, channel: str, counts: Sequence[int]) -> None:
        """One commit, with several batches of one channel."""
        self.undelivered.append([self.append(channel, count) for count in counts])

    def change(self, channel: str, user: str) -> None:
        """Join or leave: the membership event closes its batch, the user's own stream tells them of it."""
        joined = user not in self.members[channel]
        batch = self.append(channel, 1, Touch(user, joined))
        own = self.append("user:" + user)
        if joined:
            self.members[channel][user] = batch.last
            self.joins[channel, user, batch.last] = own.last
        else:
            del self.members[channel][user]
            self.left[channel, user] = batch.last
        self.undelivered.append([batch, own])

    def heads_of(self, user: str) -> dict[str, int]:
        mine = {c: self.heads[c] for c in CHANNELS if user in self.members[c]}
        return {"user:" + user: self.heads.get("user:" + user, 0)} | mine


class Onlooker:
    """An observer: the links that are past their hello, and whom it was told to be in which channel."""

    def __init__(self, hub: Hub[ModelLink, tuple[bytes, ...]]) -> None:
        self.hub = hub
        self.here: list[ModelLink] = []
        self.members: dict[str, set[str]] = {channel: set() for channel in CHANNELS}

    def on_here(self, link: ModelLink, user: str) -> None:
        assert link.user == user
        assert self.hub.is_here(user)
        assert self.hub.is_greeted(link)
        self.here.append(link)

    def on_gone(self, link: ModelLink, user: str, left: Sequence[str] | None) -> None:
        was_here = link in self.here
        self.here = [other for other in self.here if other is not link]
        assert (left is not None) == (was_here and not any(other.user == user for other in self.here))

    def on_member(self, user: str, stream: str, joined: bool) -> None:
        (self.members[stream].add if joined else self.members[stream].discard)(user)
        assert joined or not self.hub.is_member(user, stream)


class HubMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = ManualLoop()
        self.hub: Hub[ModelLink, tuple[bytes, ...]] = Hub(TwoAtATime(), self.loop)
        self.onlooker = Onlooker(self.hub)
        self.hub.observe(self.onlooker)
        self.log = ModelLog()
        self.links: list[ModelLink] = []
        self.sessions: dict[ModelLink, Generator[None, None, None]] = {}

    def life(self, link: ModelLink, back: int) -> Generator[None, None, None]:
        """What the endpoint does for a link, with a pause wherever it would wait."""
        hub, log, user = self.hub, self.log, link.user
        hub.register(link, user)
        yield
        heads = log.heads_of(user)
        joined = {name: log.members[name][user] for name in heads if name in CHANNELS}
        yield
        positions = {name: max(head - back, joined.get(name, 0)) for name, head in heads.items()}
        behind = {name: after for name, after in positions.items() if after < heads[name]}
        link.start = dict(positions)
        hub.subscribe(link, user, heads, joined, behind)
        for stream, after in list(behind.items()):
            yield
            if hub.holds(link, stream):  # up to the head nobody asks whether they are still in it
                link.take([encode_event(stream, seq) for seq in range(after + 1, heads[stream] + 1)])
                behind[stream] = heads[stream]
            hub.caught_up(link, stream, behind[stream])
        while not link.closed and (todo := hub.catching(link, user)):
            stream, after, head = todo
            after = max(after, behind.get(stream, 0))
            delivered = hub.delivered_since(stream, after)
            if delivered is not None:
                link.take(delivered)
                behind[stream] = after + len(delivered)
                hub.caught_up(link, stream, behind[stream])
                continue
            yield
            if hub.holds(link, stream):
                link.take([encode_event(stream, seq) for seq in range(after + 1, head + 1)])
                behind[stream] = max(after, head)
                hub.caught_up(link, stream, behind[stream])

    @rule(user=st.sampled_from(USERS), back=st.integers(0, 3))
    def connect(self, user: str, back: int) -> None:
        link = ModelLink(user)
        self.links.append(link)
        self.sessions[link] = self.life(link, back)
        next(self.sessions[link])

    @precondition(lambda self: self.sessions)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        link = data.draw(st.sampled_from(list(self.sessions)))
        if next(self.sessions[link], "over") == "over":
            del self.sessions[link]

    @precondition(lambda self: any(not link.closed for link in self.links))
    @rule(data=st.data())
    def disconnect(self, data: st.DataObject) -> None:
        self.end(data.draw(st.sampled_from([link for link in self.links if not link.closed])))

    def end(self, link: ModelLink) -> None:
        link.closed = True
        self.hub.unregister(link, link.user)
        self.hub.unregister(link, link.user)
        self.sessions.pop(link, None)

    @rule(channel=st.sampled_from(CHANNELS), counts=st.lists(st.integers(1, 3), min_size=1, max_size=2))
    def post(self, channel: str, counts: list[int]) -> None:
        self.log.post(channel, counts)

    @rule(channel=st.sampled_from(CHANNELS), user=st.sampled_from(USERS))
    def change_membership(self, channel: str, user: str) -> None:
        self.log.change(channel, user)

    @rule()
    def deliver(self) -> None:
        if self.log.undelivered:
            self.hub.deliver(self.log.undelivered.popleft())

    @rule()
    def slice(self) -> None:
        self.loop.run_one()

    @invariant()
    def each_stream_is_heard_in_order_without_gap_or_repeat(self) -> None:
        """Of one's own joining one hears in one's own stream, and what follows it in the channel only after that."""
        for link in self.links:
            last = dict(link.start)
            for stream, seq in link.heard:
                known = last.get(stream)
                if known is None or seq != known + 1:
                    told = self.log.joins.get((stream, link.user, seq - 1))
                    assert told is not None, (stream, seq, link.heard, link.start)
                    assert seq > (known or 0), (stream, seq, link.heard, link.start)
                    assert last["user:" + link.user] >= told, (stream, seq, link.heard, link.start)
                last[stream] = seq

    @invariant()
    def who_left_hears_nothing_after_the_removal(self) -> None:
        for (channel, user), left in self.log.left.items():
            rejoined = self.log.members[channel].get(user)
            for link in self.links:
                if link.user == user:
                    heard = [seq for stream, seq in link.heard if stream == channel and seq > left]
                    assert all(rejoined is not None and seq >= rejoined for seq in heard), (left, rejoined, heard)

    @invariant()
    def only_who_said_hello_and_is_connected_is_here(self) -> None:
        for user in USERS:
            assert self.hub.is_here(user) == any(link.user == user for link in self.onlooker.here)
        assert not any(link.closed for link in self.onlooker.here)

    def teardown(self) -> None:
        self.settle()
        self.look_at_the_roster()
        for link in self.links:
            if not link.closed:
                for stream, head in self.log.heads_of(link.user).items():
                    seqs = [seq for name, seq in link.heard if name == stream]
                    told = max([link.start.get(stream, 0), self.joined(link, stream), *seqs])
                    assert told == head, (stream, link.heard)
        for link in self.links:
            self.end(link)
        self.settle()
        assert not any(self.hub.sizes().values()), self.hub.sizes()
        assert not self.hub._unready

    def look_at_the_roster(self) -> None:
        """Once all is delivered, it is what the log says, of those who are here."""
        here = {link.user for link in self.links if not link.closed}
        assert here == {link.user for link in self.onlooker.here}
        rooms = {user: {c for c in CHANNELS if user in self.log.members[c] and user in here} for user in USERS}
        for channel in CHANNELS:
            assert self.onlooker.members[channel] == set(self.log.members[channel])
            assert [user for user in USERS if self.hub.is_member(user, channel)] == [
                user for user in USERS if channel in rooms[user]
            ]
            listeners = [link for link in self.links if not link.closed and channel in rooms[link.user]]
            assert set(self.hub.listeners(channel)) == set(listeners)
            assert self.hub.count_users(channel) == len({link.user for link in listeners})
        for one in USERS:
            for other in USERS:
                assert self.hub.share_a_channel(one, other) == bool(rooms[one] & rooms[other])

    def joined(self, link: ModelLink, stream: str) -> int:
        """Whoever joins hears what follows."""
        return self.log.members.get(stream, {}).get(link.user, 0)

    def settle(self) -> None:
        while self.log.undelivered or self.loop.soon or self.sessions:
            self.deliver()
            self.slice()
            for link in list(self.sessions):
                if next(self.sessions[link], "over") == "over":
                    del self.sessions[link]


TestHub = HubMachine.TestCase
TestHub.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
