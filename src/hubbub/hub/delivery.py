"""The courier: writes batches to their listeners in slices, so that one large channel does not hold up the loop.

Invariants:
- Batches of one stream are written whole and in order; one begins when the one before is written to everyone.
- What piles up behind a batch is joined with it into one write a listener, up to the next membership change.
- Behind a batch that lets somebody in, a channel waits until they have what is queued of their own stream: a client
  that hears events of a channel before it was told of it would drop them.
- No slice takes much longer than SLICE; between two slices the loop serves everybody else.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic

from hubbub.domain.ids import user_stream
from hubbub.hub.ports import EncodedT, LinkT, Scheduler, Wire
from hubbub.protocol.batch import Batch

SLICE = 0.002  # seconds
JOINED_EVENTS = 512


class Courier(Generic[LinkT, EncodedT]):
    def __init__(
        self,
        wire: Wire[LinkT, EncodedT],
        scheduler: Scheduler,
        begin: Callable[[Batch], Sequence[LinkT]],
        may_join: Callable[[Batch], bool],
    ) -> None:
        """`begin` is told each batch as its turn comes, and answers who hears it; `may_join`, whether what waits behind
        it may be joined with it."""
        self._wire = wire
        self._scheduler = scheduler
        self._begin = begin
        self._may_join = may_join
        self._queues: dict[str, _Delivery[LinkT, EncodedT]] = {}
        self._turns: deque[_Delivery[LinkT, EncodedT]] = deque()
        self._scheduled = False
        self.waiting = 0  # events that are committed and not yet written to everyone

    def send(self, batch: Batch) -> None:
        """Queue a batch; `run` writes it."""
        delivery = self._queues.get(batch.stream)
        if delivery is None:
            delivery = self._queues[batch.stream] = _Delivery()
            self._turns.append(delivery)
        delivery.queue.append(batch)
        self.waiting += len(batch.payloads)

    def run(self) -> None:
        """Begin to write, in the loop's turn after the next: in the next those whose messages were committed are told,
        and what that takes shall not add up with a slice. What is left after one goes on when the loop has served the
        others."""
        if self._turns and not self._scheduled:
            self._scheduled = True
            self._scheduler.call_soon(self._wait_a_turn)

    def _wait_a_turn(self) -> None:
        self._scheduler.call_soon(self._run_slice)

    def _run_slice(self) -> None:
        self._scheduled = False
        until = time.monotonic() + SLICE  # not the loop's time, which stands still for a turn
        while self._turns:
            delivery = self._turns[0]
            if self._must_wait(delivery):
                self._turns.rotate(-1)
            elif delivery.is_done:
                self._turns.popleft()
                del self._queues[delivery.stream]
            elif not self._advance(delivery, until):
                self._turns.rotate(-1)
                self._scheduled = True
                self._scheduler.call_soon(self._run_slice)
                return

    def _must_wait(self, delivery: _Delivery[LinkT, EncodedT]) -> bool:
        """Users' own streams let nobody in and so never wait: it ends."""
        return delivery.encoded is None and any(stream in self._queues for stream in delivery.behind)

    def _advance(self, delivery: _Delivery[LinkT, EncodedT], until: float) -> bool:
        """Go on with one stream's present write; True when everybody has it."""
        if delivery.encoded is None:
            batch = delivery.take(self._may_join)
            delivery.links = self._begin(batch)
            delivery.next = 0
            delivery.events = len(batch.payloads)
            delivery.behind = tuple(user_stream(touch.user) for touch in batch.touched if touch.joined)
            if delivery.links:
                delivery.encoded = self._wire.encode(batch.payloads)
        if delivery.encoded is not None:
            delivery.next = self._wire.write(delivery.links, delivery.next, delivery.encoded, until)
            if delivery.next < len(delivery.links):
                return False
        self.waiting -= delivery.events
        delivery.encoded, delivery.links = None, ()
        return True


class _Delivery(Generic[LinkT, EncodedT]):
    """One stream's queue, and the write under way."""

    __slots__ = ("behind", "encoded", "events", "links", "next", "queue", "stream")

    def __init__(self) -> None:
        self.queue: deque[Batch] = deque()
        self.behind: tuple[str, ...] = ()
        self.stream = ""
        self.links: Sequence[LinkT] = ()
        self.next = 0
        self.events = 0
        self.encoded: EncodedT | None = None

    @property
    def is_done(self) -> bool:
        return self.encoded is None and not self.queue

    def take(self, may_join: Callable[[Batch], bool]) -> Batch:
        """The next batch, joined with those behind it up to a membership change."""
        batch = self.queue.popleft()
        self.stream = batch.stream
        if not self.queue or batch.touched or not may_join(batch):
            return batch
        payloads, last, touched = list(batch.payloads), batch.last, batch.touched
        while self.queue and not touched and len(payloads) < JOINED_EVENTS:
            more = self.queue.popleft()
            payloads += more.payloads
            last, touched = more.last, more.touched
        return Batch(batch.stream, batch.first, last, tuple(payloads), touched)
