"""Previews in the store: what a message's links lead to, as long as it has these links."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.files import FileInfo, UploadBounds, UploadRow
from hubbub.domain.ids import new_id
from hubbub.domain.intents import Appended, PreviewMessage, RemovePreviews
from hubbub.domain.links import LinkPreview
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePreviewed
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from tests.support.store_world import World, open_world

TIDES, MOON = "https://example.org/tides", "https://example.org/moon"
PICTURE = FileInfo(media_type="image/png", size=700, digest="0" * 64, width=40, height=30, thumbs=[(20, 15)])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def upload(world: World, owner: str) -> str:
    file = new_id(world.clock())
    row = UploadRow(id=file, owner=owner, name="tide.png", media_type="", size=700, at=world.clock())
    await world.store.files.create(row, UploadBounds(uploads=5, quota=10_000))
    await world.store.files.finish(file, "tide.png", PICTURE, 700, world.clock())
    return file


def found(url: str = TIDES, picture: str | None = None) -> LinkPreview:
    return LinkPreview(url=url, title="Tides", text="When the water comes.", site="example.org", picture=picture)


async def preview(world: World, number: int, *previews: LinkPreview) -> Appended:
    return await world.append(PreviewMessage(world.general, number, previews, world.clock()))


async def shown(world: World, user: str, number: int = 1) -> list[str]:
    return [each.url for each in (await world.message(user, world.general, number)).previews]


async def readable(world: World, user: str, file: str) -> bool:
    try:
        await world.store.files.fetch_readable(user, file)
    except Refused:
        return False
    return True


async def test_a_preview_follows_its_message_as_an_event_of_the_channel(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, f"look: {TIDES}")
    file = await upload(world, ana)
    appended = await preview(world, 1, found(picture=file))
    event = (await world.channel_events(world.general))[-1]
    assert isinstance(event, MessagePreviewed)
    assert (event.seq, event.number) == (appended.seq, 1)
    line = await world.message(ana, world.general, 1)
    assert line.previews == event.previews
    assert line.previews[0].picture is not None
    assert line.previews[0].picture.thumbs[0].width == 20
    await world.reopen()
    assert await world.message(ana, world.general, 1) == line


async def test_a_link_that_the_text_does_not_have_is_never_shown(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, f"look: {TIDES}")
    before = len(await world.channel_events(world.general))
    await preview(world, 1, found(MOON))
    assert await shown(world, ana) == []
    assert len(await world.channel_events(world.general)) == before


async def test_the_same_previews_again_are_no_event(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, TIDES)
    first = await preview(world, 1, found())
    assert (await preview(world, 1, found())).seq == first.seq


async def test_an_edit_takes_the_preview_of_a_link_away_with_the_link(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, f"{TIDES} and {MOON}")
    file = await upload(world, ana)
    await preview(world, 1, found(picture=file), found(MOON))
    await world.edit(ana, world.general, 1, f"only {MOON}")
    assert await shown(world, ana) == [MOON]
    assert not await readable(world, ana, file)
    await world.edit(ana, world.general, 1, f"still {MOON}")
    assert await shown(world, ana) == [MOON]


async def test_a_deletion_takes_everything_of_a_preview_away(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, TIDES)
    file = await upload(world, ana)
    await preview(world, 1, found(picture=file))
    await world.delete(ana, world.general, 1)
    assert not await readable(world, ana, file)
    log = await world.store.log.fetch_events(f"channel:{world.general}", 0, 100)
    assert not any(b"Tides" in body or b"example.org" in body for _, body in log)
    await preview(world, 1, found())
    assert await shown(world, ana) == []


async def test_whose_previews_were_taken_away_gets_none_again(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    await world.post(bo, world.general, TIDES)
    await preview(world, 1, found())
    await world.append(RemovePreviews(bo, world.general, 1, world.clock()))
    await preview(world, 1, found())
    line = await world.message(ana, world.general, 1)
    assert (line.previews, line.unpreviewed) == ([], True)
    await world.delete(bo, world.general, 1)


async def test_only_who_may_delete_a_message_takes_its_previews_away(world: World) -> None:
    ana, bo, cy = await world.user("ana"), await world.user("bo"), await world.user("cy")
    await world.post(bo, world.general, TIDES)
    await preview(world, 1, found())
    with pytest.raises(Refused, match="not_yours"):
        await world.append(RemovePreviews(cy, world.general, 1, world.clock()))
    await world.append(RemovePreviews(ana, world.general, 1, world.clock()))
    assert await shown(world, cy) == []


async def test_a_picture_given_up_meanwhile_is_left_out(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, TIDES)
    file = await upload(world, ana)
    await world.store.files.remove(ana, file)
    await preview(world, 1, found(picture=file))
    line = await world.message(ana, world.general, 1)
    assert line.previews[0].picture is None


async def test_a_picture_stays_while_one_message_still_shows_it(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    file = await upload(world, ana)
    for number in (1, 2):
        await world.post(ana, world.general, TIDES)
        await preview(world, number, found(picture=file))
    await world.delete(ana, world.general, 1)
    assert await readable(world, bo, file)
    await world.delete(ana, world.general, 2)
    assert not await readable(world, bo, file)


async def test_followers_are_brought_the_message_with_its_previews(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, TIDES)
    feed = Feed(world.directory)
    first = feed.read(None, 100)
    await preview(world, 1, found())
    second = feed.read(first.mark, 100)
    feed.close()
    (state,) = second.messages
    assert [each.url for each in state.line.previews] == [TIDES]
    assert state.version > first.messages[0].version


async def test_verify_finds_a_preview_that_is_not_shown(tmp_path: Path) -> None:
    async with open_world(tmp_path / "whole") as world:
        ana = await world.user("ana")
        await world.post(ana, world.general, TIDES)
        await preview(world, 1, found())
        with sqlite3.connect(world.directory / DATABASE) as connection:
            connection.execute("UPDATE lines SET preview_seq = NULL")
        assert "the log says" in world.verify().problems[0]
        with sqlite3.connect(world.directory / DATABASE) as connection:
            connection.execute("UPDATE lines SET preview_seq = seq + 1 WHERE number = 1")
