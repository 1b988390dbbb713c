"""A server whose room has weeks of history, the older part of it in the archive of a real Elasticsearch alone.

Between the two stands a proxy, so that a test can have the search server go and come back: `Seam.away`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import secrets
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from bench.cases.town import (
    AT_ONCE,
    NO_PASSWORD,
    Person,
    add_channels,
    add_messages,
    add_people,
    add_sessions,
    nobody_listens,
)
from bench.corpus import make_texts
from hubbub.domain.ids import channel_stream, new_id
from hubbub.domain.intents import PostMessage
from hubbub.store.engine import DATABASE
from hubbub.store.sqlite import open_store
from tests.faults.harness.proxy import Proxy
from tests.support.search_servers import SearchServer as Node
from tests.support.server import Server

DAY_MS: Final = 86_400_000
WEEKS: Final = 6
OLDER_THAN_DAYS: Final = 14
LINES: Final = 1200  # in the room that is read; as many again are in others
NEEDLE: Final = 300  # the number of the one message with the word, far in the archive
WORD: Final = "zephyrine"
# Copying some thousand events and archiving them takes seconds; a busy machine takes many.
PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Seam:
    """`texts` by number; `last` is the number of the newest message that is in the archive alone."""

    server: Server
    way: Proxy
    token: str
    room: str
    name: str
    texts: dict[int, str]
    last: int

    @property
    def cookies(self) -> list[dict[str, str]]:
        return [{"name": "session", "value": self.token, "url": self.server.url}]

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """The search server is not there until the block ends."""
        self.way.refusing = True
        for connection in self.way.connections:
            connection.end(abrupt=True)
        try:
            yield
        finally:
            self.way.refusing = False


@asynccontextmanager
async def open_seam(folder: Path, node: Node, prefix: str) -> AsyncIterator[Seam]:
    """History is written, copied and archived, all by the product's own ways; then the server runs."""
    people = [Person(new_id(1), secrets.token_urlsafe(32)) for _ in range(3)]
    room, texts = new_id(2), _draw_texts()
    (folder / "data").mkdir()
    await _write(folder / "data", people, room, texts)
    way = Proxy(node.port)
    settings = {
        "LIMITS__ENABLED": "false",
        "SEARCH__URLS": way.url,
        "SEARCH__PREFIX": prefix,
        # What is in the archive alone is found by the search server alone.
        "SEARCH__EMBEDDED": "false",
        "SEARCH__SECONDS": "10",
    }
    server = Server(folder / "data", pages=True, settings=settings)
    try:
        await asyncio.to_thread(server.start)
        await _copied(server)
        await _archive(server.data, settings)
        last = _read_seam(server.data, room)
        yield Seam(server, way, people[0].token, room, "history", texts, last)
    finally:
        await asyncio.to_thread(server.kill)
        await way.close()


def _draw_texts() -> dict[int, str]:
    """In English and in Chinese, of many lengths; each says which it is."""
    texts = dict(enumerate(itertools.islice(make_texts(), LINES), 1))
    texts = {number: f"{number}: {text}" for number, text in texts.items()}
    return {**texts, NEEDLE: f"{NEEDLE}: Who brings the {WORD} kettle?"}


async def _write(data: Path, people: Sequence[Person], room: str, texts: dict[int, str]) -> None:
    """Evenly over the weeks until now."""
    now = time.time_ns() // 1_000_000
    since = now - WEEKS * 7 * DAY_MS
    other = new_id(3)
    store = await open_store(data, on_commit=nobody_listens, clock=lambda: now, embedded_search=False)
    try:
        await store.writer.submit(add_people, (people, 0, NO_PASSWORD, since))
        await store.writer.submit(add_sessions, (people, now))
        await store.writer.submit(add_channels, ([("history", room, people), ("another", other, people)], since))
        posts = _draw_posts(people, room, other, texts, since, now)
        while part := list(itertools.islice(posts, AT_ONCE)):
            await store.writer.submit(add_messages, part)
    finally:
        await store.close()


def _draw_posts(
    people: Sequence[Person], room: str, other: str, texts: dict[int, str], since: int, now: int
) -> Iterator[PostMessage]:
    for number, text in texts.items():
        at = since + (now - since) * number // (len(texts) + 1)
        # Somebody says a few things in a row, as people do.
        author = people[number // 4 % len(people)].id
        yield PostMessage(author, room, text, None, at)
        yield PostMessage(author, other, f"elsewhere {number}", None, at)


async def _copied(server: Server) -> None:
    """Returns when the search server has all of the log."""
    deadline = time.monotonic() + PATIENCE
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        while True:
            told = (await http.get("/metrics")).text.splitlines()
            values = dict(line.rsplit(" ", 1) for line in told if line.startswith("hubbub_search_"))
            written = float(values.get("hubbub_search_documents_written_total", 0))
            if written >= 4 * LINES and values.get("hubbub_search_behind") in ("0", "0.0"):
                return
            assert time.monotonic() < deadline, values
            await asyncio.sleep(0.05)


async def _archive(data: Path, settings: dict[str, str]) -> None:
    """By the command, beside the server that runs; not on this loop, where the proxy is."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hubbub", "archive", "--older-than", f"{OLDER_THAN_DAYS}d", "--data", str(data)),
        env={**clean, **{f"HUBBUB_{name}": value for name, value in settings.items()}},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await asyncio.wait_for(child.communicate(), PATIENCE)
    assert child.returncode == 0, told.decode()


def _read_seam(data: Path, room: str) -> int:
    with closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)) as database:
        sql = """SELECT max(number) FROM lines WHERE channel = ?1 AND seq <= (SELECT max(last) FROM archived
            WHERE stream = ?2) AND NOT EXISTS (SELECT 1 FROM events WHERE stream = ?2 AND events.seq = lines.seq)"""
        return int(database.execute(sql, (room, channel_stream(room))).fetchone()[0])
