"""Whose turn it is at an upload: the newest request's that brings bytes of it.

Invariants:
1. Of one upload one request writes at a time, the newest. The one before is woken, wherever it waits, and ends.
2. An upload's bytes are written and removed under its turn's lock alone.
3. The table has a turn only while somebody holds it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final

from hubbub.errors import Refused

# Seconds without a byte after which a request that brings some is given up; the upload waits for the next.
SILENCE_SECONDS: Final = 60


@dataclass(slots=True, eq=False)
class Turn:
    """Of one upload. `token`: whoever has it writes."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: object = None
    users: int = 0
    waiting: asyncio.Timeout | None = None

    def take(self) -> object:
        """A new token; who had the one before is woken, and writes no more."""
        if self.waiting is not None and not self.waiting.expired():
            self.waiting.reschedule(asyncio.get_running_loop().time())
        self.waiting = None
        self.token = object()
        return self.token

    def check(self, token: object) -> None:
        """Raises `wrong_offset` when another has the turn."""
        if self.token is not token:
            raise Refused("wrong_offset", "Another request goes on with this upload.")

    async def read(self, token: object, body: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """`body`, for as long as something comes and nobody else takes the turn. Raises `head_too_slow`,
        `wrong_offset`."""
        pieces = aiter(body)
        while True:
            self.check(token)
            timer = asyncio.timeout(SILENCE_SECONDS)
            try:
                async with timer:
                    self.waiting = timer
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                self.check(token)
                raise Refused("head_too_slow", "The upload has stopped; go on with it.") from error
            finally:
                if self.waiting is timer:
                    self.waiting = None
            self.check(token)
            yield piece


class Turns:
    """The turns of the uploads that somebody is at."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}

    def find(self, file: str) -> Turn | None:
        return self._turns.get(file)

    @contextlib.contextmanager
    def hold(self, file: str) -> Iterator[Turn]:
        """The upload's turn, the same for all who hold it at the same time."""
        turn = self._turns.setdefault(file, Turn())
        turn.users += 1
        try:
            yield turn
        finally:
            turn.users -= 1
            if not turn.users:
                self._turns.pop(file, None)
