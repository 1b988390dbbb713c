"""The broker of one process: what was committed, and what changed for a moment, is delivered here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubbub.protocol.batch import Batch
from hubbub.protocol.changes import Change

Subscriber = Callable[[Sequence[Batch]], None]
Listener = Callable[[Change], None]


class LocalBroker:
    """Hands each commit's batches to the subscribers, in the order of the commits, on the caller's thread."""

    def __init__(self) -> None:
        self._subscribers: tuple[Subscriber, ...] = ()
        self._listeners: tuple[Listener, ...] = ()

    def subscribe(self, subscriber: Subscriber) -> None:
        self._subscribers += (subscriber,)

    def publish(self, batches: Sequence[Batch]) -> None:
        for subscriber in self._subscribers:
            subscriber(batches)

    def listen(self, listener: Listener) -> None:
        self._listeners += (listener,)

    def tell(self, change: Change) -> None:
        """Hands an ephemeral change to the listeners; a broker between processes may lose it."""
        for listener in self._listeners:
            listener(change)
