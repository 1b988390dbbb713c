"""Downloads over a real socket whose reader leaves, or takes nothing: files too large for any buffer on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar.types import HTTPReceiveMessage, Message

from hubbub.domain.files import FileInfo
from hubbub.files.local import PIECE_BYTES, LocalStorage
from hubbub.http.files import send_pieces
from tests.support.files import begin
from tests.support.http_app import App, Person, serve_http

SIZE = 1 << 30


class WatchedStorage(LocalStorage):
    """Knows how much was read of it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.pieces = 0
        self.ended = asyncio.Event()

    async def read(self, file: str, variant: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        async with aclosing(super().read(file, variant, start, end)) as pieces:
            try:
                async for piece in pieces:
                    self.pieces += 1
                    yield piece
            finally:
                self.ended.set()


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path, {"files.downloads": 2, "files.reserve_bytes": 0}) as served:
        yield served


async def make_large(app: App, person: Person, storage: LocalStorage, folder: Path) -> str:
    """A file of zeros that takes no room on the disk."""
    file = await begin(person.http, "large.bin", 1)
    source = folder / "source"
    with source.open("wb") as written:
        written.truncate(SIZE)
    await storage.put(file, "original", source)
    info = FileInfo(media_type="application/octet-stream", size=SIZE, digest="0" * 64)
    await app.store.files.finish(file, "large.bin", info, SIZE, app.clock())
    return file


async def open_download(app: App, person: Person, file: str) -> tuple[bytes, asyncio.StreamWriter]:
    """The status line and what can be closed; nothing more is taken than what fits into the buffers."""
    where = urlsplit(app.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    cookie = person.http.cookies["session"]
    head = f"GET /files/{file}/large.bin HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: session={cookie}\r\n\r\n"
    writer.write(head.encode())
    return await reader.readline(), writer


async def test_a_download_ends_when_its_reader_has_left(app: App, tmp_path: Path) -> None:
    ann = await app.person("ann")
    storage = app.services.files._storage = WatchedStorage(tmp_path / "files" / "kept")
    file = await make_large(app, ann, storage, tmp_path)
    status, writer = await open_download(app, ann, file)
    assert b"200" in status
    assert not storage.ended.is_set()
    writer.transport.abort()
    await asyncio.wait_for(storage.ended.wait(), 10)
    assert storage.pieces < SIZE // PIECE_BYTES // 2


async def test_one_person_has_a_bounded_number_of_downloads_at_once(app: App, tmp_path: Path) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    storage = LocalStorage(tmp_path / "files" / "kept")
    file = await make_large(app, ann, storage, tmp_path)
    room = await ann.channel("room")
    body = {"text": "", "parts": [{"kind": "file", "file": file}]}
    assert (await ann.http.post(f"/api/channels/{room}/messages", json=body)).status_code == 201
    opened = [await open_download(app, ann, file) for _ in range(2)]
    where, some = f"/files/{file}/large.bin", {"Range": "bytes=0-9"}
    refused = await ann.http.get(where, headers=some)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert (await bob.http.get(where, headers=some)).content == bytes(10)
    opened[0][1].transport.abort()
    async with asyncio.timeout(10):
        while (await ann.http.get(where, headers=some)).status_code != 206:
            pass
    opened[1][1].transport.abort()


async def test_a_download_ends_when_its_reader_takes_nothing() -> None:
    async def receive() -> HTTPReceiveMessage:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        await asyncio.Event().wait()

    async def pieces() -> AsyncGenerator[bytes, None]:
        while True:
            yield b"x"

    async with aclosing(pieces()) as coming:
        first = await anext(coming)
        await asyncio.wait_for(send_pieces(receive, send, first, coming, seconds=0), 5)
