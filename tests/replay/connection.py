"""connect.mjs as a process: the pages' connection, and everything it says, in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.replay.node import LINE_LIMIT, node_binary
from tests.support.client import PATIENCE, Json, Person

SCRIPT = Path(__file__).with_name("connect.mjs")


@dataclass(slots=True)
class Connection:
    """`said` holds every line of the process; see connect.mjs for what they are."""

    process: asyncio.subprocess.Process
    said: list[Json] = field(default_factory=list)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def tell(self, **line: object) -> None:
        """A command, or a question to the process itself."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line).encode() + b"\n")

    async def ask(self, answered: str, **line: object) -> Any:
        """Tells it, and waits for the next line that says `answered`."""
        before = len(self.all(answered))
        self.tell(**line)
        await self.until(lambda: len(self.all(answered)) > before, answered)
        return self.all(answered)[before]

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Waits for lines until the condition holds; TimeoutError, naming `what`, when it does not in time."""
        try:
            async with asyncio.timeout(PATIENCE), self._arrived:
                await self._arrived.wait_for(condition)
        except TimeoutError as error:
            error.add_note(f"waited for {what}; last lines: {self.said[-5:]}")
            raise

    async def until_carried(self, by: str) -> None:
        await self.until(lambda: self.all("carriedBy")[-1:] == [by], f"a hello over a {by}")

    async def until_seq(self, channel: str, seq: int) -> None:
        await self.until(lambda: max(self.seqs(channel), default=0) >= seq, f"seq {seq}")

    def all(self, kind: str) -> list[Any]:
        return [line[kind] for line in self.said if kind in line]

    def seqs(self, channel: str) -> list[int]:
        """The seqs of a channel's events, in order of arrival."""
        return [event["seq"] for event in self.all("event") if event.get("channel") == channel]

    async def listen(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            async with self._arrived:
                self.said.append(json.loads(line))
                self._arrived.notify_all()


@asynccontextmanager
async def open_connection(person: Person, *, blocked: bool = False) -> AsyncIterator[Connection]:
    """`blocked`: no WebSocket gets through."""
    pipe = asyncio.subprocess.PIPE
    arguments = [person.origin, person.cookie, *(["blocked"] if blocked else [])]
    process = await asyncio.create_subprocess_exec(
        node_binary(), SCRIPT, *arguments, stdin=pipe, stdout=pipe, limit=LINE_LIMIT
    )
    connection = Connection(process)
    listening = asyncio.create_task(connection.listen())
    try:
        yield connection
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening
