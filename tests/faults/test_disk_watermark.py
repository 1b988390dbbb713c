"""The disk under a search server fills up: by its own watermarks the server takes no more writes, and takes them again
by itself. Posting goes on, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.search_servers import SearchServer as Node
from tests.support.search_servers import SearchServers
from tests.support.search_world import SearchWorld, open_search_world, until

WATERMARK = "cluster.routing.allocation.disk.watermark"
THRESHOLD = "cluster.routing.allocation.disk.threshold_enabled"
# How long a disk must have room before OpenSearch makes new indices again; a minute as it comes.
INTERVAL = "cluster.routing.allocation.disk.reroute_interval"
LOOKING = {THRESHOLD: True, INTERVAL: "1s"}
# Free bytes that no disk has, so that each of them is passed.
FULL = {
    f"{WATERMARK}.low": "9003tb",
    f"{WATERMARK}.high": "9002tb",
    f"{WATERMARK}.flood_stage": "9001tb",
}


# What OpenSearch sets besides while every disk is full: no new index is made.
NO_NEW_INDEX = "cluster.blocks.create_index"


def find_blocks(node: Node) -> list[str]:
    """The indices there that take no writes, and the block on new ones."""
    with node.http() as http:
        indices = http.get("/_all/_settings/index.blocks.read_only_allow_delete").json()
        settings = http.get("/_cluster/settings", params={"flat_settings": "true"}).json()
    blocks = [name for name, index in indices.items() if index["settings"]]
    return blocks + [NO_NEW_INDEX for set_to in settings.values() if set_to.get(NO_NEW_INDEX) == "true"]


async def wait_until_blocked(node: Node, blocked: bool) -> None:
    await until(lambda: bool(find_blocks(node)) == blocked, lambda: f"{find_blocks(node)}\n{node.log_end()}")


@asynccontextmanager
async def full_disk(copied: SearchWorld) -> AsyncIterator[None]:
    """Until the block ends; the server itself lifts what it has set."""
    copied.put_cluster_settings({**LOOKING, **FULL})
    try:
        await wait_until_blocked(copied.node, True)
        yield
    finally:
        copied.put_cluster_settings(dict.fromkeys(FULL))
        try:
            await wait_until_blocked(copied.node, False)
        finally:  # other tests use the same nodes
            copied.put_cluster_settings(dict.fromkeys(LOOKING))


async def fill_up(copied: SearchWorld) -> None:
    async with copied.follow() as search:
        ann = await copied.world.user("Ann")
        room = await copied.world.channel(ann)
        await copied.caught_up(search)
        async with full_disk(copied):
            for number in range(20):
                await copied.world.post(ann, room, f"text {number}")
            await until(lambda: search.follower.progress.trouble is not None, lambda: str(search.sizes()))
            await copied.world.edit(ann, room, 1, "posting goes on")
            assert search.follower.behind > 0
        await copied.caught_up(search)
        await until(lambda: search.follower.progress.trouble is None, lambda: str(search.sizes()))
        assert search.bulk.tally.lost == 0
        proof = await copied.prove()
        assert proof.ok, proof.problems


@pytest.mark.slow
async def test_a_full_disk_is_waited_for_until_the_server_takes_writes_again(
    tmp_path: Path, search_servers: SearchServers, prefix: str
) -> None:
    """On both at once: each looks at its disk every ten seconds."""
    async with (
        open_search_world(tmp_path / "one", search_servers.elasticsearch, prefix) as one,
        open_search_world(tmp_path / "other", search_servers.opensearch, prefix) as other,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(fill_up(one))
        group.create_task(fill_up(other))
