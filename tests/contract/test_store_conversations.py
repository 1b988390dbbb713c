"""Conversations: one per pair, found by whoever opens it, closed to others; hiding, muting and pinning a channel."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.domain import intents
from hubbub.domain.conversations import MAX_PEOPLE
from hubbub.domain.ids import channel_stream, new_id, user_stream
from hubbub.domain.intents import Appended
from hubbub.errors import Refused
from hubbub.protocol import codec
from hubbub.protocol.events import ChannelCreated, ChannelSummary, MemberJoined, MembershipChanged, MembershipStarted
from hubbub.store.engine import DATABASE
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, open_world

NOBODY = new_id(0)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(channels_per_user=6)) as world:
        yield world


@pytest.fixture
async def people(world: World) -> tuple[str, str, str]:
    return await world.user("Ann"), await world.user("Bob"), await world.user("Cy")


async def summary(world: World, user: str, channel: str) -> ChannelSummary:
    return next(each for each in (await world.snapshot(user)).channels if each.id == channel)


async def test_two_people_have_one_conversation_whoever_opens_it(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    direct = await world.open_conversation(ann, bob)
    assert await world.open_conversation(bob, ann) == direct
    assert await world.open_conversation(bob, bob, ann) == direct
    await world.reopen()
    assert await world.open_conversation(bob, ann) == direct
    for reader, other in ((ann, "Bob"), (bob, "Ann")):
        shown = await summary(world, reader, direct)
        assert (shown.kind, shown.private, shown.name, shown.unnamed) == ("direct", True, other, True)
        assert [person.id for person in shown.people] == [ann, bob]


async def test_two_who_write_to_each_other_at_the_same_time_get_the_same(
    world: World, people: tuple[str, str, str]
) -> None:
    ann, bob, _ = people
    first, second = await world.append_together(
        intents.OpenConversation(ann, new_id(1), (bob,), world.clock()),
        intents.OpenConversation(bob, new_id(2), (ann,), world.clock()),
    )
    assert isinstance(first, Appended)
    assert first == second


async def test_a_conversation_begins_with_all_its_people(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, cy = people
    group = await world.open_conversation(ann, bob, cy)
    created, *joined = await world.channel_events(group)
    assert isinstance(created, ChannelCreated)
    assert (created.kind, created.people, created.name, created.private) == ("group", [ann, bob, cy], "", True)
    assert [event.user.id for event in joined if isinstance(event, MemberJoined)] == [ann, bob, cy]
    *_, started = await world.user_events(bob)
    assert isinstance(started, MembershipStarted)
    assert (started.channel.name, [person.name for person in started.channel.people]) == ("Ann", ["Ann", "Bob"])
    assert (await summary(world, bob, group)).name == "Ann, Cy"


async def test_everybody_has_notes_to_themselves(world: World, people: tuple[str, str, str]) -> None:
    ann, *_ = people
    notes = await world.open_conversation(ann)
    assert await world.open_conversation(ann, ann) == notes
    shown = await summary(world, ann, notes)
    assert (shown.kind, shown.name, shown.members) == ("direct", "Ann", 1)


async def test_nobody_is_added_to_a_direct_conversation_or_taken_out_of_it(
    world: World, people: tuple[str, str, str]
) -> None:
    ann, bob, cy = people
    direct = await world.open_conversation(bob, ann)
    for refused in (
        world.join(cy, direct, by=ann),
        world.leave(bob, direct, by=ann),
        world.change(ann, direct, name="We two"),
        world.change(ann, direct, topic="us"),
    ):
        with pytest.raises(Refused, match="direct_conversation"):
            await refused
    with pytest.raises(Refused, match="no_such_channel"):
        await world.join(cy, direct)
    group = await world.open_conversation(ann, bob, cy)
    assert group != direct


async def test_leaving_a_direct_conversation_hides_it_until_the_next_message(
    world: World, people: tuple[str, str, str]
) -> None:
    ann, bob, _ = people
    direct = await world.open_conversation(ann, bob)
    await world.post(ann, direct)
    seq = (await world.leave(bob, direct)).seq
    *_, hidden = await world.user_events(bob)
    assert isinstance(hidden, MembershipChanged)
    shown = await summary(world, bob, direct)
    assert (shown.seq, shown.number, shown.hidden_below, shown.members) == (seq, 1, 2, 2)
    await world.post(ann, direct, "still there?")
    shown = await summary(world, bob, direct)
    assert (shown.number, shown.hidden_below, shown.unread) == (2, 2, [1, 2])
    assert (await summary(world, ann, direct)).hidden_below == 0


async def test_opening_what_one_has_hidden_brings_it_back(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    direct = await world.open_conversation(ann, bob)
    await world.leave(bob, direct)
    assert await world.open_conversation(ann, bob) == direct
    assert (await summary(world, bob, direct)).hidden_below == 1
    assert await world.open_conversation(bob, ann) == direct
    assert (await summary(world, bob, direct)).hidden_below == 0


async def test_a_group_is_found_by_its_people_until_they_change(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, cy = people
    group = await world.open_conversation(ann, bob, cy)
    assert await world.open_conversation(cy, ann, bob) == group
    await world.leave(cy, group)
    assert (await summary(world, ann, group)).name == "Bob"
    again = await world.open_conversation(ann, bob, cy)
    assert again != group
    dora = await world.user("Dora")
    await world.join(dora, again, by=cy)
    assert (await summary(world, ann, again)).name == "Bob, Cy, Dora"
    assert await world.open_conversation(ann, bob, cy) not in (group, again)


async def test_a_group_may_be_given_a_name(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, cy = people
    group = await world.open_conversation(ann, bob, cy)
    await world.change(bob, group, name="Friday")
    shown = await summary(world, cy, group)
    assert (shown.name, shown.unnamed, shown.kind) == ("Friday", False, "group")
    assert await world.open_conversation(bob, cy, ann) == group


async def test_a_conversation_has_room_for_ten(world: World) -> None:
    people = [await world.user(f"user {number}") for number in range(MAX_PEOPLE + 1)]
    with pytest.raises(Refused, match="too_many_people"):
        await world.open_conversation(*people)
    group = await world.open_conversation(*people[:MAX_PEOPLE])
    with pytest.raises(Refused, match="too_many_people"):
        await world.join(people[-1], group, by=people[0])


async def test_nothing_begins_with_who_is_not_there_or_has_no_room(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, cy = people
    with pytest.raises(Refused, match="no_such_user"):
        await world.open_conversation(ann, bob, NOBODY)
    for number in range(5):
        await world.channel(bob, f"room {number}")
    with pytest.raises(Refused, match="too_many_channels"):
        await world.open_conversation(ann, bob, cy)
    assert [each.kind for each in (await world.snapshot(ann)).channels] == ["channel"]


async def test_whoever_is_written_to_by_many_has_room_for_channels_still(
    world: World, people: tuple[str, str, str]
) -> None:
    ann, _, _ = people
    for number in range(7):
        await world.open_conversation(await world.user(f"fan {number}"), ann)
    assert await world.channel(ann, "a room of her own")


async def test_one_begins_so_many_conversations_and_no_more(world: World, people: tuple[str, str, str]) -> None:
    ann, _, _ = people
    *others, last = [await world.user(f"other {number}") for number in range(7)]
    for other in others:
        await world.open_conversation(ann, other)
    with pytest.raises(Refused, match="too_many_channels"):
        await world.open_conversation(ann, last)
    assert await world.open_conversation(last, ann)


async def test_nothing_begins_with_a_disabled_account(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    await world.store.close()
    with closing(sqlite3.connect(world.directory / DATABASE)) as connection, connection:
        connection.execute("UPDATE users SET disabled_at = 1 WHERE id = ?", (bob,))
    await world.open()
    with pytest.raises(Refused, match="no_such_user"):
        await world.open_conversation(ann, bob)


async def test_guests_begin_no_conversation_and_find_those_that_others_began(
    world: World, people: tuple[str, str, str]
) -> None:
    ann, *_ = people
    guest = await world.user("Gus", "guest")
    with pytest.raises(Refused, match="forbidden"):
        await world.open_conversation(guest, ann)
    direct = await world.open_conversation(ann, guest)
    assert await world.open_conversation(guest, ann) == direct
    assert (await world.post(guest, direct)).number == 1


async def test_a_conversation_is_to_others_as_if_it_were_not_there(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, cy = people
    direct = await world.open_conversation(bob, cy)
    for refused in (world.snapshot(ann, direct), world.post(ann, direct), world.leave(bob, direct, by=ann)):
        with pytest.raises(Refused, match="no_such_channel"):
            await refused
    assert await world.store.log.fetch_events(channel_stream(direct), 0, 9, member=ann) == []
    public = await world.store.channels.fetch_public(ann, after=None, limit=9)
    assert [channel.name for channel, _ in public] == ["general"]


async def test_a_channel_is_told_of_without_a_kind_as_before(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    room = await world.channel(ann, "Room")
    await world.reopen()
    await world.join(bob, room)
    *_, started = [body for _, body in await world.store.log.fetch_events(user_stream(bob), 0, 99)]
    assert b'"kind"' not in started
    assert b'"kind"' not in codec.encode(await summary(world, bob, room))


async def test_search_knows_a_conversation_by_the_others_names(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, cy = people
    direct, group = await world.open_conversation(ann, bob), await world.open_conversation(ann, bob, cy)
    names = {each.id: each.name for each in await world.store.readable.fetch_readable(bob)}
    assert names == {world.general: "general", direct: "Ann", group: "Ann, Cy"}


async def test_what_one_makes_of_a_place_is_kept_and_told_once(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    first = await world.place(ann, world.general, muted=True, pinned=True)
    assert await world.place(ann, world.general, muted=True) == first
    *_, changed = await world.user_events(ann)
    assert isinstance(changed, MembershipChanged)
    assert (changed.muted, changed.pinned, changed.hidden_below, changed.seq) == (True, True, 0, first.seq)
    await world.place(ann, world.general, pinned=False, hidden=True)
    await world.reopen()
    shown = await summary(world, ann, world.general)
    assert (shown.muted, shown.pinned, shown.hidden_below) == (True, False, 1)
    await world.post(bob, world.general)
    # It has come back by itself: hiding it once more is something new.
    await world.place(ann, world.general, hidden=True)
    assert (await summary(world, ann, world.general)).hidden_below == 2
    await world.place(ann, world.general, hidden=False)
    assert (await summary(world, ann, world.general)).hidden_below == 0


async def test_only_members_have_a_place(world: World, people: tuple[str, str, str]) -> None:
    ann, bob, _ = people
    room = await world.channel(ann, "Room")
    with pytest.raises(Refused, match="not_a_member"):
        await world.place(bob, room, muted=True)
    with pytest.raises(Refused, match="no_such_channel"):
        await world.place(bob, NOBODY, muted=True)


async def test_who_comes_back_to_a_channel_begins_with_a_plain_place(
    world: World, people: tuple[str, str, str]
) -> None:
    _, bob, _ = people
    await world.place(bob, world.general, muted=True, pinned=True, hidden=True)
    await world.leave(bob, world.general)
    await world.join(bob, world.general)
    shown = await summary(world, bob, world.general)
    assert (shown.muted, shown.pinned, shown.hidden_below) == (False, False, 0)
