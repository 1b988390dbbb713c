"""What happens when the database fails: full disks, failing commits, and items that break in the middle."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.domain.intents import Appended
from hubbub.errors import Refused
from hubbub.store.engine import DATABASE
from hubbub.store.ledger import Ledger
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Files cannot grow beyond `size` bytes: what a full disk does to the write-ahead log."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def post_64(world: World, ann: str, key: str) -> list[Appended | Refused]:
    return await world.append_together(*[world.posting(ann, world.general, "x" * 500, f"{key}-{i}") for i in range(64)])


async def test_a_failed_commit_answers_each_item_and_the_next_batch_goes_through(world: World, ann: str) -> None:
    await world.post(ann, world.general, "before")
    head = (await world.room(ann, world.general)).channel
    world.commits.clear()
    with no_room_beyond((world.directory / f"{DATABASE}-wal").stat().st_size + 10_000):
        failed = await post_64(world, ann, "k")
    assert [(answer.code, answer.retry) for answer in failed if isinstance(answer, Refused)] == [
        ("store_failed", True)
    ] * 64
    assert world.commits == []
    assert (await world.room(ann, world.general)).channel == head
    again = await post_64(world, ann, "k")
    assert [(answer.seq, answer.number) for answer in again if isinstance(answer, Appended)] == [
        (head.seq + i, head.number + i) for i in range(1, 65)
    ]


async def test_a_full_database_answers_each_item_and_goes_on_when_there_is_room_again(world: World, ann: str) -> None:
    def set_room(ledger: Ledger, pages: int) -> None:
        ledger.cursor.execute(f"PRAGMA max_page_count = {pages}")

    await world.store.writer.submit(set_room, 1)  # no less than there are
    failed = await post_64(world, ann, "k")
    assert {answer.code for answer in failed if isinstance(answer, Refused)} == {"store_failed"}
    assert len(failed) == 64
    await world.store.writer.submit(set_room, 2**30)
    again = await post_64(world, ann, "k")
    assert [answer.number for answer in again if isinstance(answer, Appended)] == list(range(1, 65))


def break_in_the_middle(ledger: Ledger, how: str) -> None:
    """Writes something, then fails as a mistake in the program would."""
    channel = next(iter(ledger.fetch_everyone()))
    ledger.change_topic(channel, "half done")
    if how == "constraint":
        ledger.cursor.execute("INSERT INTO keys VALUES (NULL, NULL, NULL, NULL, NULL)")
    if how == "refused":
        raise Refused("forbidden")
    raise KeyError(how)


@pytest.mark.parametrize(
    ("how", "code"), [("constraint", "store_failed"), ("refused", "forbidden"), ("mistake", "internal")]
)
async def test_an_item_that_breaks_in_the_middle_harms_no_neighbour(
    world: World, ann: str, how: str, code: str
) -> None:
    await world.post(ann, world.general, "before")
    before = [
        asyncio.ensure_future(world.store.log.append(world.posting(ann, world.general, f"a{i}"))) for i in range(3)
    ]
    await asyncio.sleep(0)
    broken = world.store.writer.submit(break_in_the_middle, how)
    after = [
        asyncio.ensure_future(world.store.log.append(world.posting(ann, world.general, f"b{i}"))) for i in range(3)
    ]
    with pytest.raises(Refused, match=code):
        await broken
    assert [(await answer).number for answer in before + after] == list(range(2, 8))
    assert (await world.room(ann, world.general)).channel.topic == ""


async def test_a_failure_of_the_reader_of_commits_does_not_stop_the_writer(world: World, ann: str) -> None:
    loop = asyncio.get_running_loop()
    heard: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: heard.append(context))

    def fail(batches: object) -> None:
        raise RuntimeError("no one listens")

    world.store.writer._on_commit = fail
    await world.post(ann, world.general)
    assert (await world.post(ann, world.general)).number == 2
    loop.set_exception_handler(None)
    assert [str(context["exception"]) for context in heard] == ["no one listens"] * 2


async def test_beyond_the_time_to_drain_the_rest_is_answered_and_not_written(world: World, ann: str) -> None:
    def hold(ledger: Ledger, _: None) -> None:
        ledger.cursor.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT max(i) FROM n"
        )

    holding = world.store.writer.submit(hold, None)
    waiting = [asyncio.ensure_future(world.store.log.append(world.posting(ann, world.general))) for _ in range(600)]
    await asyncio.sleep(0)
    await world.store.close(drain=0)
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert holding.done()
    stored = [answer for answer in answers if isinstance(answer, Appended)]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert {answer.code for answer in refused} == {"shutting_down"}
    assert len(stored) + len(refused) == 600
    await world.open()
    assert (await world.room(ann, world.general)).channel.number == len(stored)


async def test_reads_answer_store_failed_when_the_database_does_not(world: World, ann: str) -> None:
    connection = sqlite3.connect(world.directory / DATABASE)
    connection.execute("ALTER TABLE lines RENAME TO elsewhere")
    with pytest.raises(Refused, match="store_failed"):
        await world.snapshot(ann, world.general)
    connection.execute("ALTER TABLE elsewhere RENAME TO lines")
    connection.close()
    assert (await world.room(ann, world.general)).channel.number == 0
    assert await world.store.log.fetch_events(channel_stream(world.general), 0, 9)


@pytest.mark.parametrize("number", [2**63, 2**200])
async def test_numbers_no_row_could_have_are_a_bad_request(world: World, ann: str, number: int) -> None:
    with pytest.raises(Refused, match="bad_request"):
        await world.store.log.fetch_events(channel_stream(world.general), number, 9)
    with pytest.raises(Refused, match="bad_request"):
        await world.store.accounts.find_users("\ud800", 9)
    assert (await world.room(ann, world.general)).channel.number == 0


async def test_posts_go_on_while_a_reader_keeps_the_log_from_being_emptied(world: World, ann: str) -> None:
    await world.post(ann, world.general, "<secret>")
    reader = sqlite3.connect(world.directory / DATABASE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM events").fetchone()
    await world.delete(ann, world.general, 1)
    for number in range(2, 9):
        assert (await world.post(ann, world.general)).number == number
    reader.execute("COMMIT")
    reader.close()
    await world.reopen()
    assert all(b"<secret>" not in path.read_bytes() for path in world.directory.iterdir())
