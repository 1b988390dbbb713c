"""A real hub with people in it, a clock that is advanced by hand, and links that keep what they are sent.

Work takes no time here: how long it may take is test_ticker's.
"""

from __future__ import annotations

import heapq
import itertools
import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from hubbub.broker.local import LocalBroker
from hubbub.domain.ids import channel_stream, user_stream
from hubbub.hub.ephemera import Ephemera, EphemeralLimits
from hubbub.hub.hub import Hub
from hubbub.protocol.batch import Batch, Touch

Frame = dict[str, Any]


class ManualTimer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class ManualLoop:
    """Time passes when it is told to; timers run then, in order."""

    def __init__(self) -> None:
        self.now = 100.0
        self._soon: deque[Callable[[], None]] = deque()
        self._later: list[tuple[float, int, ManualTimer]] = []
        self._order = itertools.count()

    def time(self) -> float:
        return self.now

    def call_soon(self, callback: Callable[[], None]) -> None:
        self._soon.append(callback)

    def call_later(self, delay: float, callback: Callable[[], None]) -> ManualTimer:
        timer = ManualTimer(callback)
        heapq.heappush(self._later, (self.now + delay, next(self._order), timer))
        return timer

    @property
    def timers(self) -> int:
        return sum(timer.callback is not None for _, _, timer in self._later)

    def advance(self, seconds: float = 0.0) -> None:
        until = self.now + seconds
        self._run_soon()
        while self._later and self._later[0][0] <= until:
            at, _, timer = heapq.heappop(self._later)
            self.now = max(self.now, at)
            if timer.callback is not None:
                timer.callback()
            self._run_soon()
        self.now = until

    def _run_soon(self) -> None:
        while self._soon:
            self._soon.popleft()()


class KeepingLink:
    """`slow`: what it was sent before is not taken yet."""

    _ids = itertools.count(1)

    def __init__(self, user: str) -> None:
        self.id = next(self._ids)
        self.user = user
        self.closed = False
        self.slow = False
        self.heard: list[Frame] = []
        self.times: list[float] = []

    @property
    def has_unsent(self) -> bool:
        return self.slow

    def frames(self, type: str) -> list[Frame]:
        return [frame for frame in self.heard if frame["type"] == type]

    def gaps(self, type: str) -> list[float]:
        """How many seconds after the one before each frame of this type came."""
        times = [at for frame, at in zip(self.heard, self.times, strict=True) if frame["type"] == type]
        return [later - earlier for earlier, later in itertools.pairwise(times)]


class KeepingWire:
    """Counts what was encoded, and writes to two links at a time."""

    def __init__(self, loop: ManualLoop) -> None:
        self._loop = loop
        self.encoded = 0

    def encode(self, payloads: Sequence[bytes]) -> list[Frame]:
        self.encoded += 1
        return [json.loads(payload) for payload in payloads]

    def write(self, links: Sequence[KeepingLink], start: int, encoded: list[Frame], until: float) -> int:
        stop = min(start + 2, len(links))
        for link in links[start:stop]:
            if not link.closed:
                link.heard += encoded
                link.times += [self._loop.now] * len(encoded)
        return stop


class Here:
    """`members`: who is in which channel, as a log would have it."""

    def __init__(self, limits: EphemeralLimits | None = None, *, backlog: int = 10_000) -> None:
        self.loop = ManualLoop()
        self.wire = KeepingWire(self.loop)
        self.hub: Hub[KeepingLink, list[Frame]] = Hub(self.wire, self.loop, backlog_events=backlog)
        self.broker = LocalBroker()
        self.ephemera: Ephemera[KeepingLink, list[Frame]] = Ephemera(
            self.hub, self.wire, self.loop, self.broker.tell, limits or EphemeralLimits(), stopwatch=lambda: 0.0
        )
        self.hub.observe(self.ephemera)
        self.broker.subscribe(self.hub.deliver)
        self.broker.subscribe(self.ephemera.notice)
        self.broker.listen(self.ephemera.hear)
        self.members: dict[str, set[str]] = {}
        self.heads: dict[str, int] = {}

    def connect(self, user: str) -> KeepingLink:
        """A link that has not said hello."""
        link = KeepingLink(user)
        self.hub.register(link, user)
        return link

    def greet(self, link: KeepingLink) -> None:
        mine = [channel_stream(channel) for channel, users in self.members.items() if link.user in users]
        heads = {name: self.heads.get(name, 0) for name in (user_stream(link.user), *mine)}
        self.hub.subscribe(link, link.user, heads, dict.fromkeys(mine, 0), ())

    def open(self, user: str, *channels: str) -> KeepingLink:
        """A greeted link of a user, who is in these channels."""
        for channel in channels:
            self.members.setdefault(channel, set()).add(user)
        link = self.connect(user)
        self.greet(link)
        return link

    def close(self, link: KeepingLink) -> None:
        link.closed = True
        self.hub.unregister(link, link.user)

    def move(self, channel: str, user: str, *, joined: bool) -> None:
        """Somebody joins or leaves, and that is delivered."""
        users = self.members.setdefault(channel, set())
        if (user in users) is joined:
            return
        (users.add if joined else users.discard)(user)
        stream, own = channel_stream(channel), user_stream(user)
        for name in (stream, own):
            self.heads[name] = self.heads.get(name, 0) + 1
        seq = self.heads[stream]
        event = json.dumps({"type": "member.joined" if joined else "member.left", "seq": seq}).encode()
        told = json.dumps({"type": "membership", "seq": self.heads[own]}).encode()
        self.broker.publish(
            [
                Batch(stream, seq, seq, (event,), (Touch(user, joined),)),
                Batch(own, self.heads[own], self.heads[own], (told,)),
            ]
        )
        self.loop.advance()

    def start(self, user: str, channel: str) -> None:
        self.ephemera.set_typing(user, channel, active=True)

    def stop(self, user: str, channel: str) -> None:
        self.ephemera.set_typing(user, channel, active=False)
