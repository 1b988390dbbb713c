"""Reading: a small pool of read-only connections, each fetch in one read transaction of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import aiosqlite

from hubbub.errors import Refused, StoreError
from hubbub.store.engine import READER, reader_uri

Row: TypeAlias = tuple[Any, ...]


class Reader:
    """One connection within a fetch."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch_all(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        return list(await self._connection.execute_fetchall(sql, tuple(parameters)))  # type: ignore[arg-type]

    async def fetch_one(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        rows = await self.fetch_all(sql, parameters)
        return rows[0] if rows else None


class Readers:
    """The pool. Invariant: a connection in the pool is outside any transaction."""

    def __init__(self, connections: list[aiosqlite.Connection]) -> None:
        self._connections = connections
        self._idle: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
        for connection in connections:
            self._idle.put_nowait(connection)
        self._closing = False
        self._returns: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, path: Path, count: int) -> Readers:
        connections: list[aiosqlite.Connection] = []
        try:
            for _ in range(count):
                connection = await aiosqlite.connect(reader_uri(path), uri=True, isolation_level=None)
                connections.append(connection)
                for pragma in READER:
                    await connection.execute_fetchall(pragma)
        except sqlite3.Error as error:
            for connection in connections:
                await connection.close()
            raise StoreError(f"{path} cannot be opened for reading: {error}") from error
        return cls(connections)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Reader]:
        """Several statements that see one state. Raises as `statement`."""
        async with self.statement() as reader:
            await reader.fetch_all("BEGIN")
            yield reader
            await reader.fetch_all("COMMIT")

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Reader]:
        """A single statement, which sees one state by itself. Raises `store_failed`, `bad_request`."""
        if self._closing:
            raise Refused("shutting_down")
        connection = await self._idle.get()
        try:
            yield Reader(connection)
        except BaseException as error:
            self._return_later(connection)
            if isinstance(error, sqlite3.Error):
                raise Refused("store_failed") from error
            if isinstance(error, OverflowError | UnicodeEncodeError):
                raise Refused("bad_request") from error  # a parameter no row could have
            raise
        else:
            self._idle.put_nowait(connection)

    def _return_later(self, connection: aiosqlite.Connection) -> None:
        """The caller failed or was cancelled, perhaps while a statement runs: end the transaction behind it."""
        task = asyncio.get_running_loop().create_task(self._roll_back(connection))
        self._returns.add(task)
        task.add_done_callback(self._returns.discard)

    async def _roll_back(self, connection: aiosqlite.Connection) -> None:
        try:
            await connection.rollback()
        finally:
            self._idle.put_nowait(connection)

    async def close(self) -> None:
        self._closing = True
        await asyncio.gather(*self._returns, return_exceptions=True)
        for connection in self._connections:
            await connection.close()
