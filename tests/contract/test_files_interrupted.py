"""Uploads that meet cancelling, crashes, failures and each other; the order of things is held still at the ports."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hubbub.domain.accounts import Session
from hubbub.domain.files import FileInfo, UploadBounds
from hubbub.domain.ids import new_id
from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.files.inspector import Bounds, Inspector
from hubbub.files.local import LocalStorage
from hubbub.files.partials import Partials
from hubbub.service.files import HOUR_MS, PIECE_BYTES, FileLimits, FileService
from hubbub.store.files import SqliteFiles, _give_up
from tests.support.http_app import Person, TurnedClock, serve_http


class Gate:
    """Open until it is shut; then whoever comes is noticed, and waits."""

    def __init__(self) -> None:
        self._open, self.reached = asyncio.Event(), asyncio.Event()
        self._open.set()

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    async def __call__(self) -> None:
        self.reached.set()
        await self._open.wait()


class GatedStorage(LocalStorage):
    """Waits before a content is put, and fails at the files it is told to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.putting = Gate()
        self.stuck: set[str] = set()

    async def put(self, file: str, variant: str, source: Path) -> None:
        await self.putting()
        await super().put(file, variant, source)

    async def delete(self, file: str) -> None:
        if file in self.stuck:
            raise Refused("storage_failed")
        await super().delete(file)


class BusyFiles(SqliteFiles):
    """The store, which refuses to note that a file is kept as often as it is told to."""

    failures: list[str]

    async def finish(self, file: str, name: str, info: FileInfo, size: int, at: int) -> None:
        if self.failures:
            raise Refused(self.failures.pop())
        await super().finish(file, name, info, size, at)


@dataclass
class Body:
    """A request's body that comes as the test says."""

    pieces: asyncio.Queue[bytes | Exception | None] = field(default_factory=asyncio.Queue)

    begun: bool = False

    async def __call__(self) -> AsyncIterator[bytes]:
        self.begun = True
        while (piece := await self.pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def taken(self) -> None:
        async with asyncio.timeout(5):
            while not self.pieces.empty():  # noqa: ASYNC110
                await asyncio.sleep(0)
        for _ in range(5):
            await asyncio.sleep(0)


async def whole(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@dataclass
class World:
    clock: TurnedClock
    person: Person
    service: FileService
    storage: GatedStorage
    files: BusyFiles
    folder: Path
    ann: Session

    async def begin(self, size: int) -> str:
        return (await self.service.create_upload(self.ann, "a.bin", size)).id

    async def send(self, file: str, offset: int, *pieces: bytes) -> int:
        return await self.service.append_upload(self.ann, file, offset, whole(*pieces))

    async def upload(self, data: bytes) -> str:
        file = await self.begin(len(data))
        await self.send(file, 0, data)
        return file

    async def offset(self, file: str) -> int:
        return (await self.service.fetch_upload(self.ann, file)).offset

    async def read(self, file: str, size: int) -> bytes:
        return b"".join([piece async for piece in self.service.read_file(file, "original", 0, size)])

    def left(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    async def post(self, file: str) -> None:
        room = await self.person.channel("room")
        body = {"text": "", "parts": [{"kind": "file", "file": file}]}
        answer = await self.person.http.post(f"/api/channels/{room}/messages", json=body)
        assert answer.status_code == 201, answer.text


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with serve_http(tmp_path, {"port": 0}) as app:
        ann = await app.person("ann")
        folder = tmp_path / "here"
        storage = GatedStorage(folder / "kept")
        files = BusyFiles(app.store.files._writer, app.store.files._readers)
        files.failures = []
        limits = FileLimits(1 << 30, UploadBounds(uploads=3, quota=1 << 40), upload_hours=24, unposted_hours=24)
        inspector = Inspector(Bounds(1_000_000, 5, 30), 2)
        service = FileService(files, Partials(folder / "up"), inspector, storage, app.clock, limits, retry_seconds=0)
        session = Session(b"", ann.id, "ann", Role.MEMBER, 0)
        yield World(app.clock, ann, service, storage, files, folder, session)
        storage.putting.open()
        await service.close()


async def test_what_is_posted_cannot_be_written_by_a_request_that_was_held_open(world: World) -> None:
    file = await world.begin(10)
    world.storage.putting.shut()
    first = asyncio.create_task(world.send(file, 0, b"what it is"))
    await world.storage.putting.reached.wait()
    held = Body()
    late = asyncio.create_task(world.service.append_upload(world.ann, file, 0, held()))
    async with asyncio.timeout(5):
        while not held.begun:  # noqa: ASYNC110
            await asyncio.sleep(0)
    world.storage.putting.open()
    assert await first == 10
    await world.post(file)
    held.pieces.put_nowait(b"other text")
    held.pieces.put_nowait(None)
    with pytest.raises(Refused, match="wrong_offset"):
        await late
    assert await world.read(file, 10) == b"what it is"
    assert world.left() == [f"kept/{file[-2:]}/{file}/original"]


async def test_while_a_file_is_kept_nobody_writes_it_anew(world: World) -> None:
    file = await world.begin(10)
    world.storage.putting.shut()
    first = asyncio.create_task(world.send(file, 0, b"what it is"))
    await world.storage.putting.reached.wait()
    with pytest.raises(Refused, match="wrong_offset"):
        await asyncio.wait_for(world.send(file, 0, b"other text"), 5)
    again = asyncio.create_task(world.send(file, 10))
    found = await world.service.fetch_upload(world.ann, file)
    assert (found.state, found.offset) == ("checking", 10)
    world.storage.putting.open()
    assert [await first, await again] == [10, 10]
    assert await world.read(file, 10) == b"what it is"


async def test_a_file_taken_back_while_it_is_kept_leaves_nothing(world: World) -> None:
    file = await world.begin(10)
    world.storage.putting.shut()
    sending = asyncio.create_task(world.send(file, 0, b"what it is"))
    await world.storage.putting.reached.wait()
    await world.service.remove_upload(world.ann, file)
    assert await world.service.collect() == 0  # its content may come yet
    world.storage.putting.open()
    with pytest.raises(Refused, match="no_such_file"):
        await sending
    await settled(world)
    assert await world.service.collect() == 1
    assert world.left() == []


async def test_an_upload_cancelled_while_it_is_written_leaves_nothing(world: World) -> None:
    file = await world.begin(2 * PIECE_BYTES)
    body = Body()
    sending = asyncio.create_task(world.service.append_upload(world.ann, file, 0, body()))
    body.pieces.put_nowait(b"x" * PIECE_BYTES)
    await body.taken()
    await world.service.remove_upload(world.ann, file)
    with pytest.raises(Refused, match=r"wrong_offset|no_such_file"):
        await sending  # it is woken, though nothing comes
    assert world.left() == []
    assert await world.service.collect() == 1


async def test_what_a_crash_left_among_the_uploads_is_removed_and_what_is_open_is_not(world: World) -> None:
    ready, gone, going_on = await world.upload(b"ready"), await world.begin(5), await world.begin(5)
    await world.service.remove_upload(world.ann, gone)
    await world.send(going_on, 0, b"ab")
    folder = world.folder / "up"
    for name in (ready, gone, new_id(1)):
        (folder / name).write_bytes(b"left")
        (folder / f"{name}.out").mkdir()
        (folder / f"{name}.out" / "original").write_bytes(b"left")
    (folder / "notes").write_bytes(b"not ours")
    await world.service.collect()
    assert sorted(path.name for path in folder.iterdir()) == sorted([going_on, "notes"])
    assert await world.send(going_on, 2, b"cde") == 5


@pytest.mark.parametrize("code", ["busy", "store_failed"])
async def test_an_upload_outlives_a_store_that_is_busy_at_its_end(world: World, code: str) -> None:
    world.files.failures = [code] * 3
    file = await world.upload(b"all of it")
    assert await world.read(file, 9) == b"all of it"
    assert (await world.service.fetch_upload(world.ann, file)).state == "ready"
    assert world.left() == [f"kept/{file[-2:]}/{file}/original"]


async def test_an_upload_outlives_a_stop_before_it_is_noted(world: World) -> None:
    world.files.failures = ["internal"] * 1000  # until it is stopped
    file = await world.begin(9)
    sending = asyncio.create_task(world.send(file, 0, b"all of it"))
    async with asyncio.timeout(5):
        while len(world.files.failures) > 990:  # noqa: ASYNC110
            await asyncio.sleep(0)
    await world.service.close()
    with pytest.raises(asyncio.CancelledError):
        await sending
    world.files.failures = []
    assert await world.offset(file) == 9
    assert await world.send(file, 9) == 9
    assert await world.read(file, 9) == b"all of it"


async def test_a_cut_upload_keeps_every_byte_that_came(world: World) -> None:
    file = await world.begin(10)
    body = Body()
    sending = asyncio.create_task(world.service.append_upload(world.ann, file, 0, body()))
    body.pieces.put_nowait(b"hel")
    body.pieces.put_nowait(b"lo")
    body.pieces.put_nowait(Refused("bad_request"))
    with pytest.raises(Refused, match="bad_request"):
        await sending
    assert await world.offset(file) == 5
    sending = asyncio.create_task(world.service.append_upload(world.ann, file, 5, body()))
    body.pieces.put_nowait(b"w")
    await body.taken()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await world.offset(file) == 6
    assert await world.send(file, 6, b"orld") == 10
    assert await world.read(file, 10) == b"helloworld"


async def test_the_newest_request_of_an_upload_ends_those_before(world: World) -> None:
    file = await world.begin(10)
    requests = [asyncio.create_task(world.service.append_upload(world.ann, file, 0, Body()())) for _ in range(4)]
    async with asyncio.timeout(5):
        answers = [str(await anext_done(requests)) for _ in range(3)]
    assert {answer.partition(":")[0] for answer in answers} == {"wrong_offset"}
    assert await world.send(file, 0, b"what it is") == 10
    assert "wrong_offset" in str(await anext_done(requests))


async def test_one_person_brings_a_bounded_number_of_bodies_at_once(world: World) -> None:
    file = await world.begin(10)
    with contextlib.ExitStack() as stack:
        for _ in range(6):  # twice as many as uploads
            stack.enter_context(world.service._writers.hold(world.ann.user))
        with pytest.raises(Refused, match="rate_limited"):
            await world.send(file, 0, b"x")
    assert await world.send(file, 0, b"x") == 1


async def test_a_file_that_cannot_be_removed_holds_up_no_other(world: World) -> None:
    files = [await world.upload(b"not posted") for _ in range(3)]
    for file in files:
        await world.service.remove_upload(world.ann, file)
    world.storage.stuck = {min(files)}
    assert await world.service.collect() == 2
    assert world.left() == [f"kept/{min(files)[-2:]}/{min(files)}/original"]
    world.clock.now += 1
    last = await world.upload(b"not posted either")
    await world.service.remove_upload(world.ann, last)
    assert await world.files.collect(0, 0) == [min(files), last]
    assert await world.service.collect() == 1
    world.storage.stuck = set()
    assert await world.service.collect() == 1
    assert world.left() == []


async def test_an_upload_that_took_long_can_be_posted_for_as_long_as_any(world: World) -> None:
    file = await world.begin(10)
    world.clock.now += 23 * HOUR_MS
    await world.send(file, 0, b"what it is")
    world.clock.now += 23 * HOUR_MS
    assert await world.service.collect() == 0
    world.clock.now += 2 * HOUR_MS
    assert await world.service.collect() == 1


async def test_a_file_posted_while_it_is_looked_for_is_not_collected(world: World) -> None:
    """What a reader found stale is looked at again where it is marked."""
    file = await world.upload(b"what it is")
    later = world.clock.now + 25 * HOUR_MS
    await world.post(file)
    await world.files._writer.submit(_give_up, [(file, "ready", later)])
    assert await world.read(file, 10) == b"what it is"
    assert (await world.service.open_file(world.ann, file)).id == file


async def anext_done(requests: list[asyncio.Task[int]]) -> BaseException | None:
    """What the next of them to end was refused with; it is taken out."""
    done, _ = await asyncio.wait(requests, return_when=asyncio.FIRST_COMPLETED)
    ended = done.pop()
    requests.remove(ended)
    return ended.exception()


async def settled(world: World) -> None:
    async with asyncio.timeout(5):
        while world.service._finishing:  # noqa: ASYNC110
            await asyncio.sleep(0)
