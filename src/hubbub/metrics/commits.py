"""What the writing thread counts of its transactions."""

from __future__ import annotations

from hubbub.metrics.histogram import ITEMS, SECONDS, Histogram


class Commits:
    """Written by one thread. `failed` counts transactions, not what was in them."""

    def __init__(self) -> None:
        self.seconds = Histogram(SECONDS)
        self.items = Histogram(ITEMS)
        self.failed = 0

    def note(self, items: int, seconds: float) -> None:
        """A transaction of so many items took so long, from its beginning to its commit."""
        self.items.observe(items)
        self.seconds.observe(seconds)
