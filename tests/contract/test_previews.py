"""Previews of links from end to end: a real server looks at a real site, and everybody in the channel is told."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.support.client import Json, Person, open_socket, register
from tests.support.composed import serve_here
from tests.support.server import Server, free_port
from tests.support.web_site import Site, open_site

HEAD = """<head><title>Tides</title><meta property="og:description" content="When the water comes.">
<meta property="og:site_name" content="The sea"><meta property="og:image" content="/moon.png"></head>"""


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (640, 400), (20, 60, 90)).save(written, "PNG")
    return written.getvalue()


@pytest.fixture(scope="module")
def site_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, site_port: int) -> Iterator[str]:
    """Of a server that looks at links, and may go to this machine's sites."""
    settings = {
        "PREVIEWS__ENABLED": "true",
        "PREVIEWS__PORTS": str(site_port),
        "PREVIEWS__NETWORKS": "127.0.0.0/8",
        "REGISTRATION": "open",
    }
    with Server(tmp_path_factory.mktemp("previews") / "data", settings=settings) as server:
        yield server.url


@pytest.fixture
async def site(site_port: int) -> AsyncIterator[Site]:
    async with open_site(site_port) as opened:
        yield opened


async def general(person: Person) -> str:
    return str((await person.snapshot())["channels"][0]["id"])


async def next_preview(person: Person, channel: str, act: object) -> Json:
    """The preview that comes when `act` is done."""
    async with open_socket(person) as socket:
        await act  # type: ignore[misc]
        await socket.until(lambda: any(each["type"] == "message.previewed" for each in socket.events), "a preview")
        return next(each for each in socket.events if each["type"] == "message.previewed")


async def test_what_a_link_leads_to_follows_its_message(url: str, site: Site) -> None:
    link = site.put("/tides0", HEAD)
    site.put("/moon.png", picture(), "image/png")
    ana, bo = await register(url, "ana0"), await register(url, "bo0")
    channel = await general(ana)
    event = await next_preview(bo, channel, ana.post(channel, f"look: {link}"))
    (shown,) = event["previews"]
    assert (shown["url"], shown["title"], shown["site"]) == (link, "Tides", "The sea")
    assert shown["text"] == "When the water comes."
    assert (shown["picture"]["width"], shown["picture"]["height"]) == (640, 400)
    answer = await bo.http.get(f"/files/{shown['picture']['file']}/thumbs/320")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    lines = (await bo.http.get(f"/api/channels/{channel}/messages")).json()["messages"]
    assert lines[-1]["previews"] == event["previews"]
    # Said again, nobody is asked again.
    asked = len(site.asked)
    await next_preview(ana, channel, bo.post(channel, f"again: {link}"))
    assert len(site.asked) == asked
    for person in (ana, bo):
        await person.http.aclose()


async def test_a_picture_follows_its_channel(url: str, site: Site) -> None:
    link = site.put("/tides1", HEAD)
    site.put("/moon.png", picture(), "image/png")
    ana, bo = await register(url, "ana1"), await register(url, "bo1")
    channel = await ana.create_channel("inner 1", private=True)
    event = await next_preview(ana, channel, ana.post(channel, link))
    file = event["previews"][0]["picture"]["file"]
    assert (await bo.http.get(f"/files/{file}/thumbs/320")).status_code == 404
    assert (await ana.http.get(f"/files/{file}/thumbs/320")).status_code == 200
    answer = await ana.http.delete(f"/api/channels/{channel}/messages/1/previews")
    assert answer.status_code == 200
    assert (await ana.http.get(f"/files/{file}/thumbs/320")).status_code == 404
    for person in (ana, bo):
        await person.http.aclose()


async def test_what_is_no_picture_is_left_out(url: str, site: Site) -> None:
    link = site.put("/tides2", HEAD)
    site.put("/moon.png", "<svg onload=alert(1)>", "image/png")
    ana = await register(url, "ana2")
    channel = await general(ana)
    event = await next_preview(ana, channel, ana.post(channel, link))
    assert "picture" not in event["previews"][0]
    await ana.http.aclose()


async def test_many_who_post_a_link_at_once_lead_to_one_look(url: str, site: Site) -> None:
    link = site.put("/tides3", "<title>Tides</title>")
    ana = await register(url, "ana3")
    channel = await general(ana)
    async with open_socket(ana) as socket:
        await asyncio.gather(*(ana.post(channel, f"{number} {link}") for number in range(8)))

        def previewed() -> bool:
            return [each["type"] for each in socket.events].count("message.previewed") == 8

        await socket.until(previewed, "eight previews")
    assert site.asked.count("/tides3") == 1
    await ana.http.aclose()


async def test_an_edit_brings_the_preview_of_a_new_link(url: str, site: Site) -> None:
    link = site.put("/tides4", "<title>Tides</title>")
    ana = await register(url, "ana4")
    channel = await general(ana)
    number = (await ana.post(channel, "no link"))["number"]
    edit = ana.http.patch(f"/api/channels/{channel}/messages/{number}", json={"text": link})
    event = await next_preview(ana, channel, edit)
    assert event["number"] == number
    await ana.http.aclose()


async def test_with_previews_off_nobody_is_asked(tmp_path: Path, site: Site) -> None:
    link = site.put("/tides", "<title>Tides</title>")
    async with serve_here(tmp_path / "data", {"previews.enabled": False, "previews.ports": [site.port]}) as server:
        ana = await register(server.address, "ana")
        await ana.post(await general(ana), link)
        await ana.http.aclose()
    assert site.asked == []
