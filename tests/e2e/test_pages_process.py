"""The pages' process may die at any moment: the API and the sockets do not notice, and the pages come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Newcomer, Visit
from tests.support.client import open_socket
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


def node_of(server: Server) -> psutil.Process:
    """The pages' process of this server."""
    children = psutil.Process(server.pid).children(recursive=True)
    (node,) = [child for child in children if Path(child.exe()).name == "node"]
    return node


async def test_when_node_dies_it_is_restarted_and_nobody_notices(
    visit: Visit, newcomer: Newcomer, server: Server
) -> None:
    reader, writer = await visit(), await newcomer("writer")
    await reader.register("reader")
    await reader.open_channel("general")
    # A page that is under way when Node dies is cut: that one may notice.
    await reader.page.wait_for_load_state("networkidle")
    channel = (await writer.snapshot())["channels"][0]["id"]
    async with open_socket(writer) as socket:
        killed = node_of(server)
        killed.kill()
        sent = await socket.ok("message.post", channel=channel, text=f"Over the socket, by {writer.name}")
        await writer.post(channel, f"Over HTTP, by {writer.name}")
        await socket.until_seq(channel, sent["seq"] + 1)
        await expect(reader.message(f"Over the socket, by {writer.name}")).to_be_visible()
        await expect(reader.message(f"Over HTTP, by {writer.name}")).to_be_visible()
        await asyncio.to_thread(server.wait_until_ready)
        assert node_of(server).pid != killed.pid
        assert not socket.closed
        await reader.say(f"Still here, says {reader.name}", "general")
        await socket.until(
            lambda: any(event.get("text") == f"Still here, says {reader.name}" for event in socket.events), "the post"
        )
    await reader.page.reload()
    await expect(reader.message(f"Still here, says {reader.name}")).to_be_visible()
