"""Accounts' first steps, channels, joining and leaving, and who may see what, on every store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain import intents
from hubbub.domain.ids import channel_stream, new_id, user_stream
from hubbub.domain.intents import Appended
from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.protocol.batch import Touch
from hubbub.protocol.events import (
    ChannelCreated,
    ChannelRenamed,
    MemberJoined,
    MemberLeft,
    MembershipEnded,
    MembershipStarted,
    TopicChanged,
)
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, open_world

NOBODY = new_id(0)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(channels_per_user=4)) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


@pytest.fixture
async def bob(world: World, ann: str) -> str:
    return await world.user("Bob")


async def test_the_first_account_is_owner_and_brings_general(world: World, ann: str, bob: str) -> None:
    first, second = await world.snapshot(ann), await world.snapshot(bob)
    assert (first.user.role, second.user.role) == (Role.OWNER, Role.MEMBER)
    for snapshot in (first, second):
        [general] = snapshot.channels
        assert (general.name, general.created_by, general.private) == ("general", ann, False)


async def test_an_account_can_be_made_with_a_role(world: World, ann: str) -> None:
    admin = await world.user("Adam", "admin")
    assert (await world.snapshot(admin)).user.role is Role.ADMIN


async def test_two_names_that_look_the_same_are_the_same(world: World, ann: str) -> None:
    with pytest.raises(Refused, match="name_taken"):
        await world.user("ＡNN")


async def test_a_channel_begins_with_its_creation_and_its_creator(world: World, ann: str) -> None:
    room = await world.channel(ann, "Room", topic="All of it")
    created, joined = await world.channel_events(room)
    assert isinstance(created, ChannelCreated)
    assert (created.name, created.topic, created.by) == ("Room", "All of it", ann)
    assert isinstance(joined, MemberJoined)
    assert (joined.user.id, joined.user.name, joined.by) == (ann, "Ann", ann)
    *_, started = await world.user_events(ann)
    assert isinstance(started, MembershipStarted)
    assert started.channel_seq == started.channel.seq == joined.seq == 2
    assert started.channel.members == 1


async def test_public_names_are_taken_once_and_private_ones_do_not_count(world: World, ann: str) -> None:
    await world.channel(ann, "Room")
    with pytest.raises(Refused, match="name_taken"):
        await world.channel(ann, "rOOM")
    await world.channel(ann, "Room", private=True)
    with pytest.raises(Refused, match="name_taken"):
        await world.change(ann, world.general, name="room")


async def test_name_and_topic_change_with_one_event_each(world: World, ann: str) -> None:
    room = await world.channel(ann)
    answer = await world.change(ann, room, name="Hall", topic="Echo")
    *_, renamed, changed = await world.channel_events(room)
    assert isinstance(renamed, ChannelRenamed)
    assert isinstance(changed, TopicChanged)
    assert (renamed.name, changed.topic, changed.seq) == ("Hall", "Echo", answer.seq)
    assert await world.change(ann, room, name="Hall", topic="Echo") == Appended(channel_stream(room), answer.seq)
    summary = (await world.room(ann, room)).channel
    assert (summary.name, summary.topic) == ("Hall", "Echo")


async def test_only_members_and_staff_change_a_channel(world: World, ann: str, bob: str) -> None:
    room = await world.channel(bob)
    carl = await world.user("Carl")
    with pytest.raises(Refused, match="not_a_member"):
        await world.change(carl, room, topic="x")
    await world.change(ann, room, topic="The owner may")
    hidden = await world.channel(bob, private=True)
    with pytest.raises(Refused, match="no_such_channel"):
        await world.change(ann, hidden, topic="x")


async def test_joining_shows_the_channel_as_it_is_and_reads_from_there(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann)
    await world.post(ann, room, "hi")
    answer = await world.join(bob, room)
    *_, started = await world.user_events(bob)
    assert isinstance(started, MembershipStarted)
    summary = started.channel
    assert (summary.seq, summary.members, summary.number) == (answer.seq, 2, 1)
    assert (summary.position, summary.position_seq, summary.unread) == (1, answer.seq, [])
    assert summary.last is not None
    assert summary.last.text == "hi"
    assert summary == (await world.room(bob, room)).channel


async def test_joining_twice_writes_nothing(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann)
    first = await world.join(bob, room)
    assert await world.join(bob, room) == first


async def test_leaving_writes_both_logs_and_ends_the_place(world: World, ann: str, bob: str) -> None:
    answer = await world.leave(bob, world.general)
    *_, left = await world.channel_events(world.general)
    *_, ended = await world.user_events(bob)
    assert isinstance(left, MemberLeft)
    assert (left.user.id, left.by, left.seq) == (bob, bob, answer.seq)
    assert isinstance(ended, MembershipEnded)
    assert (ended.channel, ended.channel_seq) == (world.general, answer.seq)
    assert (await world.snapshot(bob)).channels == []
    assert (await world.store.log.fetch_heads(bob)).channels == {}
    with pytest.raises(Refused, match="not_a_member"):
        await world.leave(bob, world.general)


async def test_the_last_member_may_leave(world: World, ann: str) -> None:
    room = await world.channel(ann)
    await world.leave(ann, room)
    summary, member = await world.store.channels.fetch_summary(ann, room)
    assert (summary.members, member) == (0, False)


async def test_a_membership_event_is_the_last_of_its_batch(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann)
    world.commits.clear()
    await world.append_together(
        world.posting(ann, room, "1"),
        intents.AddMember(bob, room, bob, world.clock()),
        world.posting(bob, room, "2"),
        intents.RemoveMember(ann, room, bob, world.clock()),
        world.posting(ann, room, "3"),
    )
    [batches] = world.commits
    stream = channel_stream(room)
    assert [(batch.first, batch.last, batch.touched) for batch in batches if batch.stream == stream] == [
        (3, 4, (Touch(bob, joined=True),)),
        (5, 6, (Touch(bob, joined=False),)),
        (7, 7, ()),
    ]
    assert [batch.last - batch.first + 1 for batch in batches] == [len(batch.payloads) for batch in batches]
    assert [(batch.first, batch.last) for batch in batches if batch.stream == user_stream(bob)] == [(2, 3)]


async def test_a_post_queued_before_a_removal_but_committed_after_it_is_refused(
    world: World, ann: str, bob: str
) -> None:
    removed, post, other = await world.append_together(
        intents.RemoveMember(ann, world.general, bob, world.clock()),
        world.posting(bob, world.general),
        world.posting(ann, world.general),
    )
    assert isinstance(removed, Appended)
    assert isinstance(post, Refused)
    assert post.code == "not_a_member"
    assert isinstance(other, Appended)
    assert (other.seq, other.number) == (removed.seq + 1, 1)


async def test_a_private_channel_and_none_are_the_same_for_others(world: World, ann: str, bob: str) -> None:
    hidden = await world.channel(ann, "Hidden", private=True)
    channels, log = world.store.channels, world.store.log
    for channel in (hidden, NOBODY):
        for refused in (
            world.post(bob, channel),
            world.join(bob, channel),
            world.leave(bob, channel),
            world.leave(ann, channel, by=bob),
            world.read_to(bob, channel, 0),
            world.edit(bob, channel, 1, "x"),
            world.delete(bob, channel, 1),
            world.react(bob, channel, 1),
            world.change(bob, channel, topic="x"),
            world.snapshot(bob, channel),
            channels.fetch_summary(bob, channel),
            channels.fetch_members(bob, channel, after=None, limit=9),
            channels.fetch_lines(bob, channel, before=None, after=None, around=None, limit=9),
        ):
            with pytest.raises(Refused, match="no_such_channel"):
                await refused
        assert await log.fetch_events(channel_stream(channel), 0, 9, member=bob) == []
    assert hidden not in [summary.id for summary, _ in await channels.fetch_public(bob, after=None, limit=9)]


async def test_a_public_channel_is_read_without_being_in(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann)
    await world.post(ann, room, "hi")
    seen = await world.room(bob, room)
    assert (seen.member, seen.channel.position, seen.channel.unread) == (False, 0, [])
    assert seen.channel.last is not None
    assert [user.id for user in seen.members] == [ann]
    with pytest.raises(Refused, match="not_a_member"):
        await world.post(bob, room)


async def test_guests_see_only_what_they_were_put_into(world: World, ann: str) -> None:
    room, other = await world.channel(ann), await world.channel(ann, "Other")
    guest = await world.user("Gus", "guest")
    await world.join(guest, room, by=ann)
    await world.post(guest, room)
    for refused in (world.snapshot(guest, other), world.join(guest, other), world.post(guest, other)):
        with pytest.raises(Refused, match="no_such_channel"):
            await refused
    assert await world.store.channels.fetch_public(guest, after=None, limit=9) == []


async def test_guests_make_name_and_invite_nothing(world: World, ann: str, bob: str) -> None:
    room = await world.channel(ann)
    guest = await world.user("Gus", "guest")
    await world.join(guest, room, by=ann)
    with pytest.raises(Refused, match="forbidden"):
        await world.join(bob, room, by=guest)
    with pytest.raises(Refused, match="forbidden"):
        await world.change(guest, room, topic="x")
    with pytest.raises(Refused, match="forbidden"):
        await world.channel(guest, "Guests'")


async def test_members_put_others_in(world: World, ann: str, bob: str) -> None:
    hidden = await world.channel(ann, private=True)
    await world.join(bob, hidden, by=ann)
    *_, joined = await world.channel_events(hidden)
    assert isinstance(joined, MemberJoined)
    assert (joined.by, joined.user.id) == (ann, bob)
    with pytest.raises(Refused, match="no_such_user"):
        await world.join(NOBODY, hidden, by=ann)
    room = await world.channel(ann)
    carl = await world.user("Carl")
    with pytest.raises(Refused, match="not_a_member"):
        await world.join(carl, room, by=bob)


async def test_the_creator_and_moderators_take_people_out_and_others_do_not(world: World, ann: str, bob: str) -> None:
    room = await world.channel(bob)
    carl, mod = await world.user("Carl"), await world.user("Mod", "moderator")
    for user in (ann, carl):
        await world.join(user, room)
    with pytest.raises(Refused, match="forbidden"):
        await world.leave(ann, room, by=carl)
    await world.leave(ann, room, by=bob)
    await world.leave(carl, room, by=mod)
    with pytest.raises(Refused, match="not_a_member"):
        await world.leave(carl, room, by=mod)
    with pytest.raises(Refused, match="no_such_user"):
        await world.leave(NOBODY, room, by=mod)


async def test_a_user_is_in_a_bounded_number_of_channels(world: World, ann: str, bob: str) -> None:
    for name in "abc":
        await world.channel(ann, name)
    with pytest.raises(Refused, match="too_many_channels"):
        await world.channel(ann, "d")
    room = await world.channel(bob, "e")
    with pytest.raises(Refused, match="too_many_channels"):
        await world.join(ann, room)
    with pytest.raises(Refused, match="too_many_channels"):
        await world.join(ann, room, by=bob)
    await world.leave(ann, world.general)
    await world.join(ann, room)


async def test_an_actor_without_an_account_is_not_logged_in(world: World, ann: str) -> None:
    with pytest.raises(Refused, match="not_logged_in"):
        await world.post(NOBODY, world.general)
    with pytest.raises(Refused, match="not_logged_in"):
        await world.snapshot(NOBODY)


async def test_nobody_hears_a_channel_from_before_they_came_or_after_they_went(
    world: World, ann: str, bob: str
) -> None:
    room = await world.channel(ann, private=True)
    stream = channel_stream(room)
    assert await world.store.log.fetch_events(stream, 0, 9, member=bob) == []
    joined = (await world.join(bob, room, by=ann)).seq
    assert await world.store.log.fetch_events(stream, 0, 9, member=bob) == []
    last = (await world.post(ann, room)).seq
    assert [seq for seq, _ in await world.store.log.fetch_events(stream, 0, 9, member=bob)] == [last] == [joined + 1]
    await world.leave(bob, room)
    assert await world.store.log.fetch_events(stream, 0, 9, member=bob) == []
