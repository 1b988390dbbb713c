"""How much of one kind each user has going on at this moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from hubbub.errors import Refused

# What is told to those who are refused; something of theirs may end at any moment.
RETRY_SECONDS = 1.0


class AtOnce:
    """At most `most` for each key. Invariant: the table has a key only while something of it goes on."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._going_on: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._going_on)

    @contextlib.contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """One more of `key`, until the block ends. Raises `rate_limited`."""
        if self._going_on.get(key, 0) >= self._most:
            raise Refused("rate_limited", f"At most {self._most} of these at once.", retry_after=RETRY_SECONDS)
        self._going_on[key] = self._going_on.get(key, 0) + 1
        try:
            yield
        finally:
            self._going_on[key] -= 1
            if not self._going_on[key]:
                del self._going_on[key]
