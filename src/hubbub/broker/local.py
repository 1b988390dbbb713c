"""The broker of one process: what was committed here is delivered here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubbub.protocol.batch import Batch

Subscriber = Callable[[Sequence[Batch]], None]


class LocalBroker:
    """Hands each commit's batches to the subscribers, in the order of the commits, on the caller's thread."""

    def __init__(self) -> None:
        self._subscribers: tuple[Subscriber, ...] = ()

    def subscribe(self, subscriber: Subscriber) -> None:
        self._subscribers += (subscriber,)

    def publish(self, batches: Sequence[Batch]) -> None:
        for subscriber in self._subscribers:
            subscriber(batches)
