"""Mentions: whom a message names, resolved when it is written, counted until it is read."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.domain import intents
from hubbub.domain.new_parts import Forwarded
from hubbub.protocol.events import ChannelSummary, Mention, MessageEdited, MessagePosted
from hubbub.store.engine import DATABASE
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(mention_everyone_members=3)) as world:
        yield world


@pytest.fixture
async def people(world: World) -> tuple[str, str, str]:
    return await world.user("Ann"), await world.user("bob"), await world.user("小明")


async def summary(world: World, user: str, channel: str) -> ChannelSummary:
    return (await world.store.channels.fetch_summary(user, channel))[0]


async def mentioned(world: World, user: str, channel: str) -> list[int]:
    return (await summary(world, user, channel)).mentioned


async def mentions(world: World, reader: str, number: int) -> list[Mention]:
    return (await world.message(reader, world.general, number)).mentions


async def test_a_message_carries_whom_it_names_by_id(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, ming = people
    den = await world.channel(ann, "the den")
    await world.post(ann, world.general, "@BOB, 请@小明看#the den @nobody `@Ann`")
    expected = [
        Mention(text="@BOB", user=bob),
        Mention(text="@小明", user=ming),
        Mention(text="#the den", channel=den),
    ]
    (*_, posted) = await world.channel_events(world.general)
    assert isinstance(posted, MessagePosted)
    assert posted.mentions == expected == await mentions(world, bob, 1)
    assert {bob, ming} <= {user.id for user in (await world.snapshot(ann, world.general)).users}


async def test_only_members_are_named_and_only_public_channels(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    den = await world.channel(ann, "den", private=True)
    await world.post(ann, den, "@bob #den")
    assert (await world.message(ann, den, 1)).mentions == []
    await world.join(bob, den, by=ann)
    await world.post(ann, den, "@bob #den")
    assert (await world.message(ann, den, 2)).mentions == [Mention(text="@bob", user=bob)]


async def test_mentions_are_counted_until_they_are_read(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, ming = people
    for text in ("hi", "@bob", "@here", "@ann"):
        await world.post(ann, world.general, text)
    assert await mentioned(world, bob, world.general) == [2, 3]
    assert await mentioned(world, ming, world.general) == [3]
    assert await mentioned(world, ann, world.general) == []
    await world.read_to(bob, world.general, 2)
    assert await mentioned(world, bob, world.general) == [3]
    await world.post(bob, world.general, "yes?")
    assert await mentioned(world, bob, world.general) == []
    await world.read_to(bob, world.general, 0)
    assert await mentioned(world, bob, world.general) == [2, 3]


async def test_an_edit_names_whom_its_text_names(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, ming = people
    await world.post(ann, world.general, "@bob")
    await world.edit(ann, world.general, 1, "@小明 instead")
    assert (await mentioned(world, bob, world.general), await mentioned(world, ming, world.general)) == ([], [1])
    (*_, edited) = await world.channel_events(world.general)
    assert isinstance(edited, MessageEdited)
    assert edited.mentions == [Mention(text="@小明", user=ming)] == await mentions(world, bob, 1)
    await world.edit(ann, world.general, 1, "nobody")
    assert await mentioned(world, ming, world.general) == []
    await world.edit(ann, world.general, 1, "@all")
    assert await mentioned(world, bob, world.general) == [1]


async def test_a_deleted_message_names_nobody_anywhere(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    await world.post(ann, world.general, "@bob")
    await world.edit(ann, world.general, 1, "@bob, look")
    await world.delete(ann, world.general, 1)
    assert await mentioned(world, bob, world.general) == []
    for event in await world.channel_events(world.general):
        assert not getattr(event, "mentions", [])


async def test_many_are_called_only_by_who_answers_for_the_channel(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, ming = people
    guest = await world.user("gus", "guest")
    assert (await summary(world, ann, world.general)).members == 4
    await world.post(bob, world.general, "@channel")
    await world.post(guest, world.general, "@here")
    assert await mentioned(world, ming, world.general) == []
    await world.post(ann, world.general, "@channel")
    assert await mentioned(world, ming, world.general) == [3]
    room = await world.channel(bob, "room")
    await world.join(ming, room)
    await world.post(ming, room, "@所有人都来")
    assert await mentioned(world, bob, room) == [1]


async def test_a_name_that_begins_as_everybody_is_somebodys(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    support, guest = await world.user("在线客服"), await world.user("gus", "guest")
    for writer in (ann, guest):
        number = (await world.post(writer, world.general, "@在线客服 你好")).number
        assert number is not None
        assert (await world.message(ann, world.general, number)).mentions == [Mention(text="@在线客服", user=support)]
    assert await mentioned(world, bob, world.general) == []


async def test_what_was_forwarded_calls_nobody_again(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, ming = people
    await world.post(ann, world.general, "@bob")
    room = await world.channel(ming, "room")
    await world.join(bob, room)
    await world.append(
        intents.PostMessage(ming, room, "", None, world.clock(), forward=Forwarded(channel=world.general, number=1))
    )
    assert await mentioned(world, bob, room) == []


async def test_two_who_name_each_other_in_one_batch_both_hear_of_it(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    await world.append_together(
        world.posting(ann, world.general, "@bob"), world.posting(bob, world.general, "@ann @bob")
    )
    assert await mentioned(world, ann, world.general) == [2]
    assert await mentioned(world, bob, world.general) == []


async def test_a_wrong_mention_in_the_table_is_found(tmp_path: Path) -> None:
    async with open_world(tmp_path / "one") as world:
        ann, _ = await world.user("Ann"), await world.user("bob")
        await world.post(ann, world.general, "@bob")
        with closing(sqlite3.connect(world.directory / DATABASE)) as database:
            kept = database.execute("SELECT * FROM mentions").fetchall()
            database.execute("DELETE FROM mentions")
            database.commit()
            assert "is for" in world.verify().problems[0]
            database.executemany("INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?)", kept)
            database.commit()
