"""A new copy beside the old one, on each search server: made while all goes on, and no reason to lose anything."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.errors import HubbubError, StoreError
from hubbub.offline_search import REINDEX_LOCK, reindex
from hubbub.search.documents import make_operations
from hubbub.search.indexer import CHECK
from hubbub.search.reindex import Wishes
from hubbub.search.template import month_of
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from tests.support.archive_world import ArchiveWorld, open_archive_world
from tests.support.search_servers import SearchServer as Node
from tests.support.search_world import SearchWorld, open_search_world, until
from tests.support.store_world import World

MONTH = 31 * 24 * 3600 * 1000


@pytest.fixture
async def copied(tmp_path: Path, search_server: Node, prefix: str) -> AsyncIterator[SearchWorld]:
    async with open_search_world(tmp_path, search_server, prefix) as copied:
        yield copied


@pytest.fixture
async def archived(tmp_path: Path, search_server: Node, prefix: str) -> AsyncIterator[ArchiveWorld]:
    async with open_archive_world(tmp_path, search_server, prefix) as archived:
        yield archived


async def talk(world: World) -> tuple[str, str]:
    """Somebody, and a room with something of everything over the turn of a month."""
    ann = await world.user("Ann")
    room = await world.channel(ann)
    for number in range(1, 21):
        await world.post(ann, room, f"message {number} 我们明天下午开发布会议")
    await world.edit(ann, room, 4, "edited in the same month")
    world.now += MONTH
    await world.edit(ann, room, 5, "edited a month later")
    await world.react(ann, room, 6)
    await world.delete(ann, room, 7)
    await world.post(ann, room, "in the new month")
    return ann, room


async def archive_some(archived: ArchiveWorld) -> tuple[str, str]:
    ann, room = await talk(archived.world)
    moved = await archived.archive()
    assert moved.removed > 10
    assert moved.unproven == []
    return ann, room


async def generations(copied: SearchWorld) -> dict[int, bool]:
    async with copied.indices() as indices:
        return await indices.find_generations()


async def is_whole(copied: SearchWorld, generation: int) -> None:
    proof = await copied.prove(generation)
    assert proof.ok, proof.problems


def months(copied: SearchWorld, family: str, generation: int = 1) -> list[str]:
    with copied.node.http() as http:
        return sorted(http.get(f"/{copied.prefix}-{family}-{generation:04d}-*/_alias").json())


# --- the usual run ------------------------------------------------------------------------------------------------


async def test_a_new_copy_is_made_beside_the_old_one_and_takes_its_place(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, room = await talk(copied.world)
        await copied.caught_up(search)
    told: list[int] = []
    async with copied.reindexing(told) as reindexing:
        assert await reindexing.run(handover=0) == 2
    assert told == sorted(told)
    await is_whole(copied, 2)
    async with copied.indices() as indices:
        assert await indices.find_generations() == {2: True}
        assert await indices.fetch_state(1) == {}
    await copied.world.post(ann, room, "after")
    async with copied.follow() as search:
        await copied.caught_up(search)
        assert search.bulk.tally.written == 2  # it went on where the new copy ended
    await is_whole(copied, 2)


async def test_a_server_that_follows_moves_over_and_misses_nothing(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, room = await talk(copied.world)
        await copied.caught_up(search)
        generation = await copied.reindex(handover=0.5)
        await copied.world.post(ann, room, "written to the old copy, perhaps")
        copied.world.now += CHECK  # it is time to look which copy is read
        await copied.world.post(ann, room, "and this to the new one")
        await until(lambda: search.follower.generation == generation)
        await copied.caught_up(search)
        await is_whole(copied, 2)


async def test_it_ends_though_posts_come_all_the_time(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, room = await talk(copied.world)
        await copied.caught_up(search)

        async def post_on() -> None:
            while True:
                await copied.world.post(ann, room, "one more")

        posting = asyncio.create_task(post_on())
        try:
            generation = await copied.reindex(handover=0.5)
        finally:
            posting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await posting
        copied.world.now += CHECK
        await copied.world.post(ann, room, "the last one")
        await until(lambda: search.follower.generation == generation)
        await copied.caught_up(search)
        await is_whole(copied, 2)


async def test_a_server_that_is_refused_by_the_old_copy_moves_over_to_the_new_one(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, room = await talk(copied.world)
        await copied.caught_up(search)
        copied.put_index_settings({"index.blocks.write": True})
        await copied.world.post(ann, room, "refused")
        await until(lambda: search.follower.progress.trouble is not None)
        generation = await copied.reindex()
        copied.world.now += CHECK
        await until(lambda: search.follower.generation == generation)
        await copied.caught_up(search)
        await is_whole(copied, 2)


async def test_a_late_write_to_the_old_copy_leaves_nothing(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, room = await talk(copied.world)
        await copied.caught_up(search)
        await copied.reindex()
        feed = Feed(copied.world.directory)
        async with copied.bulk() as late, copied.indices() as indices:
            await late.write(make_operations(feed.read(None, 20), copied.names, 1))
            assert await indices.find_generations() == {1: False, 2: True}
            assert await indices.is_settled()  # archiving goes on
        feed.close()
        copied.world.now += CHECK
        await copied.world.post(ann, room, "on to the new one")
        await until(lambda: search.follower.generation == 2)
        copied.world.now += CHECK
        await copied.world.post(ann, room, "and a look")
        await until(lambda: not months(copied, "messages") and not months(copied, "events"))
        assert await generations(copied) == {2: True}


# --- what a run finds -----------------------------------------------------------------------------------------------


async def test_what_a_broken_attempt_left_goes(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await talk(copied.world)
        await copied.caught_up(search)
    async with copied.indices() as indices, copied.bulk() as bulk:
        await indices.put_templates(2, read=False)
        feed = Feed(copied.world.directory)
        await bulk.write(make_operations(feed.read(None, 20), copied.names, 2))
        feed.close()
        assert await indices.find_generations() == {1: True, 2: False}
        assert not await indices.is_settled()
        assert await copied.reindex() == 3
        assert await indices.find_generations() == {3: True}
    await is_whole(copied, 3)


async def test_two_at_once_are_refused(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await talk(copied.world)
        await copied.caught_up(search)
    one = await asyncio.create_subprocess_exec(
        "flock", str(copied.world.directory / REINDEX_LOCK), "sh", "-c", "echo held; read x",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert one.stdout is not None
    assert await one.stdout.readline() == b"held\n"
    try:
        with pytest.raises(StoreError, match="Another `hubbub reindex`"):
            await asyncio.to_thread(reindex, copied.config, lambda done, total: None)
        assert await generations(copied) == {1: True}
    finally:
        await one.communicate(b"\n")


async def test_another_databases_copy_is_replaced_only_on_demand(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await talk(copied.world)
        await copied.caught_up(search)
    async with copied.indices() as indices:
        await indices.put_state(1, {**await indices.fetch_state(1), "epoch": "another"})
    with pytest.raises(StoreError, match="another database") as refused:
        await copied.reindex()
    assert "--replace-other" in str(refused.value)
    assert await generations(copied) == {1: True}
    assert await copied.reindex(Wishes(replace_other=True)) == 2
    await is_whole(copied, 2)


async def test_what_does_not_say_whose_it_is_is_left_alone_unless_it_is_of_this_log(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await talk(copied.world)
        await copied.caught_up(search)
    feed = Feed(copied.world.directory)
    piece = feed.read(None, 20)
    feed.close()
    strange = replace(piece, events=tuple(replace(event, stream="channel:another") for event in piece.events))
    async with copied.indices() as indices, copied.bulk() as bulk:
        await indices.put_templates(2, read=False)
        await bulk.write(make_operations(strange, copied.names, 2))
    with pytest.raises(StoreError, match="in no log of this database") as refused:
        await copied.reindex()
    assert "--replace-other" in str(refused.value)
    assert await generations(copied) == {1: True, 2: False}
    assert await copied.reindex(Wishes(replace_other=True)) == 3
    await is_whole(copied, 3)


# --- with an archive ------------------------------------------------------------------------------------------------


async def test_what_is_in_the_archive_alone_is_carried_over(archived: ArchiveWorld) -> None:
    ann, room = await archive_some(archived)
    before = await archived.copied.prove()
    assert await archived.copied.reindex() == 2
    after = await archived.copied.prove(2)
    assert after.ok, after.problems
    assert (after.events, after.messages) == (before.events, before.messages)
    archived.world.now += CHECK
    await archived.world.edit(ann, room, 2, "thawed from the new copy")
    await archived.world.delete(ann, room, 3)
    await until(lambda: archived.search.follower.generation == 2)
    assert (await archived.archive()).unproven == []
    await is_whole(archived.copied, 2)


async def test_a_month_that_is_closed_lets_nothing_be_lost(archived: ArchiveWorld) -> None:
    await archive_some(archived)
    copied = archived.copied
    closed = months(copied, "events")[0]
    with copied.node.http() as http:
        http.post(f"/{closed}/_close")
        try:
            with pytest.raises(StoreError, match="the old one stays"):
                await copied.reindex()
            assert await generations(copied) == {1: True}
        finally:
            http.post(f"/{closed}/_open", params={"wait_for_active_shards": "1"})
    await is_whole(copied, 1)
    assert await copied.reindex() == 2
    await is_whole(copied, 2)
    archived.world.now += CHECK
    await until(lambda: archived.search.follower.generation == 2)


async def test_a_month_that_is_lost_is_given_up_only_on_demand(archived: ArchiveWorld) -> None:
    ann, room = await archive_some(archived)
    copied = archived.copied
    lost = months(copied, "events")[0]
    with copied.node.http() as http:
        kept = http.post(f"/{lost}/_search", json={"size": 1000, "version": True}).json()["hits"]["hits"]
        http.delete(f"/{lost}")
        with pytest.raises(StoreError, match="--despite-loss"):
            await copied.reindex()
        assert await generations(copied) == {1: True}
        assert await copied.reindex(Wishes(despite_loss=True)) == 2
        archived.world.now += CHECK
        await archived.world.post(ann, room, "life goes on")
        await until(lambda: archived.search.follower.generation == 2)
        for hit in kept:  # found after all: so that this world ends with a whole archive
            params = {"version": hit["_version"], "version_type": "external_gte"}
            http.put(f"/{lost.replace('0001', '0002')}/_doc/{hit['_id']}", json=hit["_source"], params=params)


async def test_lost_aliases_lose_no_archive_and_are_put_back(archived: ArchiveWorld) -> None:
    ann, room = await archive_some(archived)
    copied, follower = archived.copied, archived.search.follower
    with copied.node.http() as http:
        for family in ("messages", "events"):
            http.delete(f"/{copied.prefix}-{family}-*/_alias/{copied.prefix}-{family}")
            http.delete(f"/_index_template/{copied.prefix}-{family}-*")
    archived.world.now += CHECK
    await archived.world.post(ann, room, "meanwhile")
    await until(lambda: follower.progress.trouble is not None)
    assert "hubbub reindex --adopt" in str(follower.progress.trouble)
    with pytest.raises(StoreError, match="--adopt"):
        await copied.reindex()
    assert await generations(copied) == {1: False}
    async with copied.reindexing() as reindexing:
        assert await reindexing.adopt() == 1
        with pytest.raises(StoreError, match="has its aliases"):
            await reindexing.adopt()
    await until(lambda: follower.progress.trouble is None)
    archived.world.now += MONTH
    await archived.world.post(ann, room, "in a month of which there is no index yet")
    await copied.caught_up(archived.search)
    await is_whole(copied, 1)


async def test_an_unread_copy_that_may_be_the_archive_stays_until_the_new_one_is_whole(archived: ArchiveWorld) -> None:
    ann, room = await archive_some(archived)
    copied = archived.copied
    assert await copied.reindex() == 2
    archived.world.now += CHECK
    await archived.world.post(ann, room, "on")
    await until(lambda: archived.search.follower.generation == 2)
    await copied.caught_up(archived.search)
    with copied.node.http() as http:  # as after a mistake: readers are sent to a copy that has nothing of the archive
        for family in ("messages", "events"):
            http.delete(f"/{copied.prefix}-{family}-*/_alias/{copied.prefix}-{family}")
            index = f"{copied.prefix}-{family}-0003-{month_of(archived.world.now)}"
            http.put(f"/{index}", json={"aliases": {f"{copied.prefix}-{family}": {}}})
    with pytest.raises(StoreError):
        await copied.reindex()
    assert months(copied, "events", 2)
    with copied.node.http() as http:
        for family in ("messages", "events"):
            http.delete(f"/{copied.prefix}-{family}-0003-{month_of(archived.world.now)}")
        http.delete(f"/{copied.prefix}-state/_doc/3")
    async with copied.reindexing() as reindexing:
        assert await reindexing.adopt() == 2
    archived.world.now += CHECK
    await archived.world.post(ann, room, "and on")
    await until(lambda: archived.search.follower.progress.trouble is None)
    await copied.caught_up(archived.search)
    await is_whole(copied, 2)


async def test_of_a_database_from_a_backup_nothing_is_carried_over_that_it_does_not_know(
    tmp_path: Path, search_server: Node, prefix: str
) -> None:
    backup = tmp_path / "backup.db"
    async with open_archive_world(tmp_path / "data", search_server, prefix) as archived:
        ann, room = await archive_some(archived)
        await archived.world.store.close()
        shutil.copy(tmp_path / "data" / DATABASE, backup)
        await archived.world.open()
    async with open_archive_world(tmp_path / "data", search_server, prefix) as archived:
        await archived.world.edit(ann, room, 2, "edited behind the backup")
        for number in range(20):
            await archived.world.post(ann, room, f"behind the backup {number}")
        assert (await archived.archive()).removed
    for file in (tmp_path / "data").glob("*"):
        file.unlink()
    shutil.copy(backup, tmp_path / "data" / DATABASE)
    async with open_archive_world(tmp_path / "data", search_server, prefix) as archived:
        await archived.world.post(ann, room, "after the backup, in the place of another")
        generation = await archived.copied.reindex()
        archived.world.now += CHECK
        await until(lambda: archived.search.follower.generation == generation)
        await archived.copied.caught_up(archived.search)
        await is_whole(archived.copied, generation)
        assert "behind the backup" not in archived.copied.everything()


async def test_archiving_and_reindexing_at_once_lose_nothing(archived: ArchiveWorld) -> None:
    ann, room = await talk(archived.world)
    copied = archived.copied
    generation = 1
    for turn in range(3):
        for number in range(15):
            await archived.world.post(ann, room, f"message {number} of turn {turn}")
        await archived.world.edit(ann, room, turn + 1, f"edited in turn {turn}")
        await copied.caught_up(archived.search)
        await archived.marked()

        async def archive_on() -> None:
            for _ in range(20):
                with contextlib.suppress(StoreError):  # a new copy is being made
                    await archived.archiver.archive(2**62)
                await archived.world.react(ann, room, 2 + archived.world.now % 5, "🎉")

        archiving = asyncio.create_task(archive_on())
        try:
            generation = await copied.reindex(handover=0.5)
        except HubbubError:
            archiving.cancel()
            raise
        with contextlib.suppress(HubbubError):
            await archiving
        archived.world.now += CHECK
        await archived.world.post(ann, room, "on")
        await until(lambda generation=generation: archived.search.follower.generation == generation)  # type: ignore[misc]
        moved = await archived.archive()
        assert moved.unproven == []
    assert archived.count_rows(channel_stream(room)) < 20
    await is_whole(copied, generation)
