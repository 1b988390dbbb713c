"""Reading for many who ask at the same time: one trip to the reader's thread costs more than what it does there.

Invariants:
1. Whoever asks is answered from a reading that began after they asked: a change that was acknowledged before is in it.
2. One reading is under way at a time; who asks meanwhile shares the next one, and one who asks alone does not wait.
3. A reading is of at most `most` keys, so that neither the reader nor, afterwards, the event loop is held for long.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Gathering(Generic[KeyT, ValueT]):
    """`fetch_many` answers for each key it knows; `most`: how many it is asked for at once."""

    def __init__(self, fetch_many: Callable[[Sequence[KeyT]], Awaitable[Mapping[KeyT, ValueT]]], most: int) -> None:
        self._fetch_many = fetch_many
        self._most = most
        self._waiting: deque[tuple[KeyT, asyncio.Future[ValueT | None]]] = deque()
        self._reading: asyncio.Task[None] | None = None

    async def fetch(self, key: KeyT) -> ValueT | None:
        """None when there is nothing of that key. Raises as `fetch_many`, like everyone whom that reading was for."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[ValueT | None] = loop.create_future()
        self._waiting.append((key, answer))
        if self._reading is None:
            self._reading = loop.create_task(self._read())
        return await answer

    async def _read(self) -> None:
        try:
            while self._waiting:
                await self._read_some([self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))])
        finally:
            self._reading = None
            while self._waiting:  # only when cancelled, as the loop ends
                self._waiting.popleft()[1].cancel()

    async def _read_some(self, asked: Sequence[tuple[KeyT, asyncio.Future[ValueT | None]]]) -> None:
        try:
            found = await self._fetch_many(list(dict.fromkeys(key for key, _ in asked)))
        except BaseException as error:
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error) if isinstance(error, Exception) else answer.cancel()
            if not isinstance(error, Exception):
                raise
            return
        for key, answer in asked:
            if not answer.done():  # cancelled: nobody waits any more
                answer.set_result(found.get(key))
