"""The follower and its copy of the log, on each search server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.offline_search import diagnose_search
from hubbub.search.bulk import Operation
from hubbub.search.documents import make_operations
from hubbub.search.indexer import CHECK, Progress
from hubbub.search.template import month_of
from hubbub.store.feed import Feed
from tests.support.search_servers import SearchServer as Node
from tests.support.search_world import SearchWorld, open_search_world, until

MONTH = 31 * 24 * 3600 * 1000


@pytest.fixture
async def copied(tmp_path: Path, search_server: Node, prefix: str) -> AsyncIterator[SearchWorld]:
    async with open_search_world(tmp_path, search_server, prefix) as copied:
        yield copied


async def talk(copied: SearchWorld) -> tuple[str, str, str]:
    """Two people in a private room; something of everything, over the turn of a month. Returns them and the room."""
    world = copied.world
    ann, bob = await world.user("Ann"), await world.user("Bob")
    room = await world.channel(ann, private=True)
    await world.join(bob, room, by=ann)
    for number in range(1, 21):
        await world.post(ann, room, f"message {number} 我们明天下午开发布会议")
    await world.react(bob, room, 3)
    await world.edit(ann, room, 4, "edited in the same month")
    world.now += MONTH
    await world.edit(ann, room, 5, "edited a month later")
    await world.react(bob, room, 6)
    await world.unreact(bob, room, 6)
    await world.delete(ann, room, 7)
    await world.post(bob, room, "in the new month")
    return ann, bob, room


async def test_the_copy_is_the_log(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        await talk(copied)
        await copied.caught_up(search)
        proof = await copied.prove()
        assert proof.ok, proof.problems
        assert proof.messages == 21
        assert search.follower.progress.server is not None
        assert search.follower.progress.server.engine == copied.node.name


async def test_it_goes_on_where_it_ended(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, _, room = await talk(copied)
        await copied.caught_up(search)
    await copied.world.post(ann, room, "nobody follows now")
    async with copied.follow("another process") as search:
        await copied.caught_up(search)
        assert search.bulk.tally.written == 2
        assert (await copied.prove()).ok


async def test_it_goes_on_where_nobody_has_posted_yet(copied: SearchWorld) -> None:
    await copied.world.user("Ann")
    async with copied.follow() as search:
        await copied.caught_up(search)
    await copied.world.user("Bob")
    async with copied.follow("another process") as search:
        await copied.caught_up(search)
        assert search.follower.progress.trouble is None
    assert await copied.reindex() == 2
    assert (await copied.prove(2)).ok


async def test_a_server_that_was_set_back_is_filled_from_where_its_copy_ends(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, _, room = await talk(copied)
        await copied.caught_up(search)
    with copied.node.http() as http:
        http.delete("/" + ",".join(http.get(f"/{copied.prefix}-*/_alias").json()))
    await copied.world.post(ann, room, "after")
    async with copied.follow() as search:
        await copied.caught_up(search)
        assert (await copied.prove()).ok


@pytest.mark.parametrize("busy", [True, False])
async def test_a_server_that_is_set_back_while_it_is_followed_is_filled_again(copied: SearchWorld, busy: bool) -> None:
    async with copied.follow() as search:
        ann, _, room = await talk(copied)
        await copied.caught_up(search)
        written = search.bulk.tally.written
        with copied.node.http() as http:
            http.delete("/" + ",".join(http.get(f"/{copied.prefix}-*/_alias").json()))
        if busy:
            await copied.world.post(ann, room, "after")
        else:
            copied.world.now += CHECK  # it is time to look
        await until(lambda: search.bulk.tally.written >= written + 10)
        await copied.caught_up(search)
        proof = await copied.prove()
        assert proof.ok, proof.problems


async def test_a_copy_of_another_database_is_left_alone(copied: SearchWorld) -> None:
    await talk(copied)
    async with copied.indices() as indices:
        await indices.put_templates(1, read=True)
        state = {"epoch": "another", "generation": 1, "tokens": 1, "stream": "channel:x", "seq": 1}
        await indices.put_state(1, state)
    async with copied.follow() as search:
        await until(lambda: search.follower.progress.trouble is not None)
        assert "hubbub reindex" in str(search.follower.progress.trouble)
        assert search.bulk.tally.written == 0


async def test_everything_replayed_backwards_changes_nothing_and_no_deleted_text_is_anywhere(
    copied: SearchWorld,
) -> None:
    world = copied.world
    ann = await world.user("Ann")
    room = await world.channel(ann)
    written = await states_so_far(copied, [])
    await world.post(ann, room, "a secret")
    await world.post(ann, room, "first text")
    bob = await world.user("Bob")
    await world.edit(ann, room, 1, "still a secret")
    await world.post(ann, room, "third is a secret too")
    await world.join(bob, room)
    written = await states_so_far(copied, written)
    async with copied.bulk() as bulk:
        await bulk.write(written)
    copied.put_index_settings({"index.gc_deletes": "0s"})
    world.now += MONTH
    await world.edit(ann, room, 2, "second text")
    await world.delete(ann, room, 1)
    await world.delete(ann, room, 3)
    written = await states_so_far(copied, written)
    async with copied.bulk() as bulk:
        await bulk.write(written)
        first = bulk.tally.written
        copied.put_index_settings({"index.gc_deletes": "0s"})
        for operation in reversed(written):
            await bulk.write([operation])
        assert bulk.tally.written == first
    proof = await copied.prove()
    assert proof.ok, proof.problems
    everything = copied.everything()
    assert "secret" not in everything
    assert "first text" in everything  # its event was not redacted: the message lives
    with copied.node.http() as http:
        indices = set(http.get(f"/{copied.prefix}-messages-*/_alias").json())
    # The edit and the deletions came a month later and went to where the messages are.
    assert indices == {f"{copied.prefix}-messages-0001-{month_of(world.now - MONTH)}"}


async def states_so_far(copied: SearchWorld, before: list[Operation]) -> list[Operation]:
    """`before`, and everything that would be written now."""
    feed = Feed(copied.world.directory)
    try:
        piece = feed.read(None, 1000)
    finally:
        feed.close()
    async with copied.indices() as indices:
        await indices.put_templates(1, read=True)
    return before + make_operations(piece, copied.names, 1)


async def test_a_second_process_waits_until_the_first_has_gone(copied: SearchWorld) -> None:
    ann, _, room = await talk(copied)
    async with copied.follow("one") as one:
        await copied.caught_up(one)
        async with copied.follow("other") as other:
            await copied.world.post(ann, room, "more")
            await copied.caught_up(one)
            assert not other.follower.progress.leads
            await one.follower.stop()
            await until(lambda: other.follower.progress.leads)
            await copied.world.post(ann, room, "and more")
            await copied.caught_up(other)
    assert (await copied.prove()).ok


async def test_a_mark_of_the_store_alone_does_not_make_it_skip_anything(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, _, room = await talk(copied)
        await copied.caught_up(search)
    async with copied.indices() as indices:
        state = await indices.fetch_state(1)
        await indices.put_state(1, {**state, "stream": channel_stream(room), "seq": 2})
    await copied.world.post(ann, room, "after")
    async with copied.follow() as search:
        await copied.caught_up(search)
        assert search.bulk.tally.known > 10
    assert (await copied.prove()).ok


async def test_what_is_missing_or_other_than_in_the_log_is_found(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, _, room = await talk(copied)
        await copied.caught_up(search)
    with copied.node.http() as http:
        [index] = http.get(f"/{copied.prefix}-messages-0001-{month_of(copied.world.now)}/_alias").json()
        http.post(f"/{index}/_refresh")
        found = http.get(f"/{index}/_search").json()["hits"]["hits"][0]
        other = {**found["_source"], "words": "other words"}
        params = {"version": found["_source"]["version"], "version_type": "external_gte"}
        assert http.put(f"/{index}/_doc/{found['_id']}", json=other, params=params).is_success
    number = found["_source"]["number"]
    assert (await copied.prove()).problems == [f"search server: messages of channel:{room}: {number} is another"]
    for text in ("not copied", "nor this"):
        await copied.world.post(ann, room, text)
    with copied.node.http() as http:
        events = f"{copied.prefix}-events-0001-{month_of(copied.world.now)}"
        for index in (events, f"{copied.prefix}-events-0001-{month_of(copied.world.now + MONTH)}"):
            http.put(f"/{index}/_doc/channel:{room}:99", json={"stream": f"channel:{room}", "seq": 99})
    assert (await copied.prove()).problems == [
        f"search server: messages of channel:{room}: {number} is another",
        f"search server: messages of channel:{room}: 2 (the first is 22) are missing",
        f"search server: events of channel:{room}: 99 is in no log",
        f"search server: events of channel:{room}: 2 (the first is 31) are missing",
    ]


def test_before_anybody_was_asked_who_leads_no_copy_is_believed_to_be_whole() -> None:
    progress = Progress()
    assert not progress.complete
    progress.known = True  # another leads, and looks after it
    assert progress.complete


async def test_the_doctor_says_what_answers_and_what_its_copy_lacks(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann, _, room = await talk(copied)
        await copied.caught_up(search)
    told = await diagnose_search(copied.config)
    assert told.startswith(f"{copied.node.name} {copied.node.distribution.version} ")
    assert told.endswith("its copy is complete.")
    await copied.world.post(ann, room, "one more")
    assert (await diagnose_search(copied.config)).endswith("its copy lacks about 1 events.")
