"""What a crowd does while it is measured. Each run is bounded in time and leaves nothing unanswered behind."""

from __future__ import annotations

import heapq
import random
import re
import secrets
import time
from collections.abc import Callable
from typing import Final

import msgspec

from hubbub.bench.crowd import Crowd, Guest, LoadError, Said, frame
from hubbub.bench.latencies import Latencies, Quantiles

POSTED: Final = b'{"type":"message.posted","seq":'
OK: Final = b'{"type":"ok","id":'
ERROR: Final = b'{"type":"error"'
TEXT: Final = b" the quick brown fox jumps over the lazy dog, and once more, and then it lies down in the grass"
STALL_SECONDS: Final = 15.0
STORM_SECONDS: Final = 60.0
PROBE_SECONDS: Final = 0.005
BACKOFF_FIRST: Final = 0.5  # as the browser's client has it
BACKOFF_MOST: Final = 20.0

_retry_after: Final = re.compile(r"\r\nretry-after: *(\d+)", re.IGNORECASE)


class FanOut(msgspec.Struct, frozen=True, kw_only=True):
    """`latency`: from posting to each member, when messages go one by one."""

    members: int
    at_once: int
    per_second: float
    latency: Quantiles


class Posts(msgspec.Struct, frozen=True, kw_only=True):
    senders: int
    per_second: float
    acknowledged: Quantiles


class Storm(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds` until the last had every message it missed; `acknowledged`: somebody else's posts meanwhile."""

    cut: int
    missed: int
    seconds: float
    refused: int
    acknowledged: Quantiles


class Poster:
    """Posts, each with a key that no other has."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._key = secrets.token_hex(8).encode()
        self._made = 0

    def post(self, guest: Guest, channel: str) -> None:
        self._made += 1
        number = b"%d" % self._made
        payload = b'{"type":"message.post","id":%b,"channel":"%b","text":"%b%b","key":"%b-%b"}'
        guest.posted_at = time.perf_counter()
        self._crowd.send(guest, frame(payload % (number, channel.encode(), number, TEXT, self._key, number)))


def count(guest: Guest, data: bytes, start: bytes) -> int:
    """How many messages starting so came with `data`, one that was cut in two included."""
    if guest.tail:
        data = guest.tail + data
    # A whole message ends with a brace; of one cut in two, less than a start is kept, so that none is counted twice.
    guest.tail = b"" if data[-1] == 0x7D else data[1 - len(start) :]
    return data.count(start)


def run_until(crowd: Crowd, end: float, done: Callable[[], bool]) -> None:
    """Turn until `end` or `done`."""
    while not done() and (left := end - time.perf_counter()) > 0:
        crowd.turn(min(left, 1.0))


def fan_out(
    crowd: Crowd, poster: Poster, author: int, channel: str, members: int, at_once: int, seconds: float
) -> FanOut:
    """Guest `author` keeps `at_once` messages on their way to the channel's `members`, all of whom are present."""
    guest = crowd.guests[author]
    latencies = Latencies()
    heard = made = 0
    began = time.perf_counter()
    end = began + seconds

    def hear(member: Guest, data: bytes) -> None:
        nonlocal heard, made
        messages = count(member, data, POSTED)
        if messages:
            heard += messages
            if at_once == 1:
                latencies.add(time.perf_counter() - guest.posted_at, messages)
        if member is guest and ERROR in data:
            raise LoadError(data.decode(errors="replace")[:300])
        if heard // members > made - at_once and time.perf_counter() < end:
            post()

    def post() -> None:
        nonlocal made
        while made - heard // members < at_once:
            made += 1
            poster.post(guest, channel)

    crowd.hear = hear
    post()
    run_until(crowd, end + STALL_SECONDS, lambda: heard >= made * members)
    if heard < made * members:
        raise LoadError(f"{made * members - heard} of {made * members} deliveries are missing")
    return FanOut(
        members=members,
        at_once=at_once,
        per_second=round(heard / (time.perf_counter() - began)),
        latency=latencies.quantiles(),
    )


def post_all(crowd: Crowd, poster: Poster, senders: int, seconds: float) -> Posts:
    """The first `senders` guests post at home, each again when the last post is acknowledged."""
    latencies = Latencies()
    answered = waiting = 0
    began = time.perf_counter()
    end = began + seconds

    def hear(guest: Guest, data: bytes) -> None:
        nonlocal answered, waiting
        if not count(guest, data, OK):
            if ERROR in data:
                raise LoadError(data.decode(errors="replace")[:300])
            return
        now = time.perf_counter()
        latencies.add(now - guest.posted_at)
        waiting -= 1
        if now < end:
            answered += 1
            waiting += 1
            poster.post(guest, guest.home)

    crowd.hear = hear
    for guest in crowd.guests[:senders]:
        waiting += 1
        poster.post(guest, guest.home)
    run_until(crowd, end + STALL_SECONDS, lambda: not waiting)
    if waiting:
        raise LoadError(f"{waiting} posts were not answered within {STALL_SECONDS:.0f} s")
    return Posts(senders=senders, per_second=round(answered / seconds, 1), acknowledged=latencies.quantiles())


class Storming:
    """Guests who were cut come back from where they were, while guest 0 posts at home."""

    def __init__(self, crowd: Crowd, poster: Poster, first: int, cut: int, channel: str, missed: int) -> None:
        self._crowd = crowd
        self._poster = poster
        self._channel = channel
        self._missed = missed
        self._gone = crowd.guests[first : first + cut]
        self._away: list[tuple[float, int, int]] = []  # when to try again, who, how often they did
        self._tries = dict.fromkeys((guest.index for guest in self._gone), 0)
        self._left = set(self._tries)
        self._acknowledged = Latencies()
        self._refused = 0
        self._waiting = False
        self._next_probe = 0.0

    def run(self) -> Storm:
        """Raises `LoadError` when they are not all back in time."""
        crowd = self._crowd
        for guest in self._gone:
            said = msgspec.json.decode(guest.said, type=Said)
            guest.hello = frame(msgspec.json.encode({"type": "hello", "epoch": said.epoch, "streams": said.streams}))
            guest.heard = 0
            crowd.drop(guest, cut=True)
        crowd.hear, crowd.lost = self._hear, self._lose
        for _ in range(self._missed):
            self._post(self._channel)
            run_until(crowd, time.perf_counter() + STALL_SECONDS, lambda: not self._waiting)
        self._acknowledged = Latencies()
        began = time.perf_counter()
        self._away = [(began, index, 0) for index in sorted(self._left)]
        while (self._left or self._waiting) and time.perf_counter() < began + STORM_SECONDS:
            self._step(time.perf_counter())
            crowd.turn(PROBE_SECONDS)
        took = time.perf_counter() - began
        if self._left:
            raise LoadError(f"{len(self._left)} were not back within {STORM_SECONDS:.0f} s")
        return Storm(
            cut=len(self._gone),
            missed=self._missed,
            seconds=round(took, 2),
            refused=self._refused,
            acknowledged=self._acknowledged.quantiles(),
        )

    def _step(self, now: float) -> None:
        while self._away and self._away[0][0] <= now:
            self._crowd.connect(self._crowd.guests[heapq.heappop(self._away)[1]])
        if self._left and not self._waiting and now >= self._next_probe:
            self._next_probe = now + PROBE_SECONDS
            self._post(self._crowd.guests[0].home)

    def _post(self, channel: str) -> None:
        self._waiting = True
        self._poster.post(self._crowd.guests[0], channel)

    def _hear(self, guest: Guest, data: bytes) -> None:
        if guest.index == 0:
            if ERROR in data:
                raise LoadError(data.decode(errors="replace")[:300])
            if count(guest, data, OK):
                self._waiting = False
                self._acknowledged.add(time.perf_counter() - guest.posted_at)
        elif guest.index in self._left:
            guest.heard += count(guest, data, POSTED)
            if guest.heard >= self._missed:
                self._left.discard(guest.index)

    def _lose(self, guest: Guest, why: str) -> None:
        """Whoever is sent away tries again: as told, and later each time, by lot."""
        if guest.index not in self._tries:
            raise LoadError(f"connection {guest.index}: {why}")
        self._refused += 1
        self._left.add(guest.index)
        guest.heard = 0
        tries = self._tries[guest.index]
        self._tries[guest.index] = tries + 1
        told = _retry_after.search(why)
        wait = random.uniform(0, min(BACKOFF_MOST, BACKOFF_FIRST * 2 ** min(tries, 16)))
        heapq.heappush(self._away, (time.perf_counter() + wait + (int(told[1]) if told else 0), guest.index, tries))
