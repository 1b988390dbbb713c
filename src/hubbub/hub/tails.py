"""Tails: what was delivered a moment ago of streams that somebody catches up with.

Whoever reads a busy log to its end finds that it has grown meanwhile, and reads on, and finds it grown again. With the
tail at hand the last step is taken without waiting, so that it is the last one however busy the stream is.

Invariants: a tail has no gap; it holds at most EVENTS events, of which none is given out after SECONDS: what is deleted
from the log is not to be had from here for longer than a slow listener would have waited for it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from hubbub.protocol.batch import Batch

EVENTS: Final = 256
SECONDS: Final = 1.0


class Tails:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tails: dict[str, deque[tuple[float, Batch]]] = {}

    def __len__(self) -> int:
        return len(self._tails)

    def add(self, batch: Batch) -> None:
        """The delivery of `batch` has begun, and somebody catches up with its stream."""
        tail = self._tails.setdefault(batch.stream, deque())
        if tail and tail[-1][1].last + 1 != batch.first:
            tail.clear()
        now = self._clock()
        tail.append((now, batch))
        while tail and (batch.last - tail[0][1].first >= EVENTS or tail[0][0] < now - SECONDS):
            tail.popleft()

    def drop(self, stream: str) -> None:
        """Nobody catches up with the stream any more."""
        self._tails.pop(stream, None)

    def since(self, stream: str, after: int, head: int) -> list[bytes] | None:
        """The events with `after` < seq ≤ `head`, as they were delivered; None when they are not all here."""
        earliest = self._clock() - SECONDS
        fresh = [batch for at, batch in self._tails.get(stream, ()) if at >= earliest]
        if not fresh or fresh[0].first > after + 1 or fresh[-1].last != head:
            return None
        return [payload for batch in fresh for payload in batch.payloads[max(0, after + 1 - batch.first) :]]
