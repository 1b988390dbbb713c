"""Threads: replies beside the room, what hangs on their message, who follows them and how far they have read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.errors import Refused
from hubbub.protocol.events import (
    FollowedThread,
    MembershipStarted,
    MessageDeleted,
    MessagePosted,
    Replies,
    ThreadFollowed,
    ThreadRead,
    ThreadUnfollowed,
)
from hubbub.store.limits import StoreLimits
from tests.support.store_world import LIMITS, World, open_world

FOLLOWED = 3


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(threads_followed=FOLLOWED)) as world:
        yield world


async def talk(world: World) -> tuple[str, str, str]:
    """Two people, and their channel with two messages of the first."""
    ann, bob = await world.user("ann"), await world.user("bob")
    channel = await world.channel(ann, private=True)
    await world.join(bob, channel, by=ann)
    await world.post(ann, channel, "one")
    await world.post(ann, channel, "two")
    return ann, bob, channel


async def replies_of(world: World, user: str, channel: str, number: int) -> Replies | None:
    return (await world.message(user, channel, number)).replies


async def test_a_reply_is_numbered_in_its_thread_and_is_no_line_of_the_room(world: World) -> None:
    ann, bob, channel = await talk(world)
    first = await world.answer(bob, channel, 1, "first")
    assert (await world.post(ann, channel, "three")).number == 4
    second = await world.answer(ann, channel, 1, "second")
    thread = await world.thread(ann, channel, 1)
    assert [(line.number, line.thread, line.place, line.text) for line in thread.lines] == [
        (first.number, 1, 1, "first"),
        (second.number, 1, 2, "second"),
    ]
    shown = [line.number for line in (await world.room(ann, channel)).lines if isinstance(line, MessagePosted)]
    assert shown == [1, 2, 4]


async def test_the_message_shows_how_many_answered_when_and_who(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1)
    await world.answer(ann, channel, 1)
    await world.answer(bob, channel, 1)
    assert await replies_of(world, ann, channel, 1) == Replies(count=3, last=3, at=world.now, people=[bob, ann])
    assert await replies_of(world, ann, channel, 2) is None


async def test_a_deleted_reply_keeps_its_place_and_counts_no_more(world: World) -> None:
    ann, bob, channel = await talk(world)
    gone = await world.answer(bob, channel, 1, "secret")
    await world.answer(bob, channel, 1)
    assert gone.number is not None
    await world.delete(bob, channel, gone.number)
    thread = await world.thread(ann, channel, 1)
    assert [(line.place, line.deleted, line.text) for line in thread.lines] == [(1, True, ""), (2, False, "hi")]
    found = await replies_of(world, ann, channel, 1)
    assert found is not None
    assert (found.count, found.last) == (1, 2)
    deletion = (await world.channel_events(channel))[-1]
    assert isinstance(deletion, MessageDeleted)
    assert deletion.thread == 1


async def test_a_thread_stays_when_its_message_goes_and_none_begins_on_one_that_is_gone(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1, "still here")
    await world.delete(ann, channel, 1)
    await world.delete(ann, channel, 2)
    await world.answer(bob, channel, 1, "and going on")
    thread = await world.thread(bob, channel, 1)
    assert thread.root.deleted
    assert [line.text for line in thread.lines] == ["still here", "and going on"]
    with pytest.raises(Refused, match="already_deleted"):
        await world.answer(bob, channel, 2)


async def test_an_answer_to_a_reply_is_in_the_same_thread(world: World) -> None:
    ann, bob, channel = await talk(world)
    reply = await world.answer(bob, channel, 1)
    assert reply.number is not None
    await world.answer(ann, channel, reply.number)
    thread = await world.thread(ann, channel, reply.number)
    assert (thread.root.number, [line.place for line in thread.lines]) == (1, [1, 2])


async def test_a_thread_of_no_message_is_refused(world: World) -> None:
    ann, _, channel = await talk(world)
    with pytest.raises(Refused, match="no_such_message"):
        await world.answer(ann, channel, 9)


async def test_a_reply_is_not_unread_in_the_room_and_not_its_newest_message(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1, "aside")
    summary, _ = await world.store.channels.fetch_summary(ann, channel)
    assert (summary.unread, summary.number) == ([], 3)
    assert summary.last is not None
    assert summary.last.text == "two"
    position = (await world.store.channels.fetch_summary(bob, channel))[0].position
    assert position == 0


async def test_who_joins_later_is_shown_the_newest_message_of_the_room(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1, "aside")
    cy = await world.user("cy")
    await world.join(cy, channel, by=ann)
    await world.answer(bob, channel, 2, "another")
    started = (await world.user_events(cy))[-1]
    assert isinstance(started, MembershipStarted)
    assert started.channel.last is not None
    assert started.channel.last.text == "two"
    await world.delete(ann, channel, 2)
    started = (await world.user_events(cy))[-1]
    assert isinstance(started, MembershipStarted)
    assert started.channel.last is not None
    assert (started.channel.last.text, started.channel.last.deleted) == ("", True)


async def test_who_begins_a_thread_and_who_writes_in_it_follow_it(world: World) -> None:
    ann, bob, channel = await talk(world)
    reply = await world.answer(bob, channel, 1)
    assert await world.follows(ann) == [
        FollowedThread(channel=channel, number=1, since=reply.seq, position=1, position_seq=reply.seq, unread=[3])
    ]
    assert await world.follows(bob) == [
        FollowedThread(channel=channel, number=1, since=reply.seq, position=3, position_seq=reply.seq)
    ]
    followed = (await world.user_events(ann))[-1]
    assert isinstance(followed, ThreadFollowed)
    assert (followed.number, followed.position, followed.unread) == (1, 1, [3])


async def test_ones_own_reply_reads_the_thread(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1)
    await world.answer(ann, channel, 1)
    (ours,) = await world.follows(ann)
    assert (ours.position, ours.unread) == (4, [])
    (theirs,) = await world.follows(bob)
    assert (theirs.position, theirs.unread) == (3, [4])


async def test_reading_a_thread_is_ones_own_event(world: World) -> None:
    ann, bob, channel = await talk(world)
    for _ in range(3):
        await world.answer(bob, channel, 1)
    await world.read_thread(ann, channel, 1, 4)
    (follow,) = await world.follows(ann)
    assert (follow.position, follow.unread) == (4, [5])
    read = (await world.user_events(ann))[-1]
    assert isinstance(read, ThreadRead)
    assert (read.number, read.position) == (1, 4)
    before = len(await world.user_events(ann))
    await world.read_thread(ann, channel, 1, 4)
    await world.read_thread(ann, channel, 2, 4)  # not followed
    assert len(await world.user_events(ann)) == before
    await world.read_thread(ann, channel, 1, 1)
    assert (await world.follows(ann))[0].unread == [3, 4, 5]


async def test_who_is_named_in_a_thread_follows_it_from_there_and_is_not_called_to_the_room(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(ann, channel, 1)
    await world.answer(ann, channel, 1, "@bob what do you think?")
    assert [(each.number, each.unread) for each in await world.follows(bob)] == [(1, [4])]
    summary, _ = await world.store.channels.fetch_summary(bob, channel)
    assert (summary.mentioned, summary.unread) == ([], [1, 2])


async def test_anybody_may_follow_and_stop(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(ann, channel, 1)
    assert await world.follows(bob) == []
    await world.follow(bob, channel, 1)
    await world.follow(bob, channel, 1)
    assert [(each.number, each.position, each.unread) for each in await world.follows(bob)] == [(1, 3, [])]
    await world.answer(ann, channel, 1)
    assert (await world.follows(bob))[0].unread == [4]
    await world.follow(bob, channel, 1, follow=False)
    await world.follow(bob, channel, 1, follow=False)
    assert await world.follows(bob) == []
    kinds = [type(event) for event in await world.user_events(bob)][-2:]
    assert kinds == [ThreadFollowed, ThreadUnfollowed]


async def test_who_stopped_following_is_not_made_to_by_others(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1)
    await world.follow(ann, channel, 1, follow=False)
    await world.answer(bob, channel, 1)
    assert await world.follows(ann) == []


async def test_the_thread_followed_for_longest_ends_where_there_are_too_many(world: World) -> None:
    ann, bob, channel = await talk(world)
    for number in range(1, FOLLOWED + 2):
        await world.post(ann, channel)
        await world.follow(bob, channel, number)
    assert [each.number for each in await world.follows(bob)] == [2, 3, 4]


async def test_what_others_write_ends_nothing_that_somebody_follows(world: World) -> None:
    ann, bob, channel = await talk(world)
    for number in range(1, FOLLOWED + 1):
        await world.post(ann, channel)
        await world.follow(bob, channel, number)
    extra = (await world.post(ann, channel)).number or 0
    await world.answer(ann, channel, extra, "@bob look")
    assert [each.number for each in await world.follows(bob)] == list(range(1, FOLLOWED + 1))


async def test_leaving_ends_following(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1)
    await world.leave(bob, channel)
    assert await world.follows(bob) == []
    await world.join(bob, channel, by=ann)
    assert await world.follows(bob) == []


async def test_a_reply_sent_again_gets_the_first_answer(world: World) -> None:
    ann, _, channel = await talk(world)
    first = await world.answer(ann, channel, 1, key="once")
    assert await world.answer(ann, channel, 1, key="once") == first
    found = await replies_of(world, ann, channel, 1)
    assert found is not None
    assert found.count == 1


async def test_a_reply_is_edited_reacted_to_quoted_and_forwarded_as_any_message(world: World) -> None:
    ann, bob, channel = await talk(world)
    reply = (await world.answer(bob, channel, 1, "first")).number
    assert reply is not None
    await world.edit(bob, channel, reply, "better")
    await world.react(ann, channel, reply)
    (line,) = (await world.thread(ann, channel, 1)).lines
    assert (line.text, [each.emoji for each in line.reactions]) == ("better", ["👍"])


async def test_a_page_around_a_reply_opens_its_thread_beside_the_message_it_hangs_on(world: World) -> None:
    ann, bob, channel = await talk(world)
    numbers = [(await world.answer(bob, channel, 1)).number for _ in range(9)]
    for _ in range(9):
        await world.post(ann, channel)
    around = numbers[4]
    assert around is not None
    shown = await world.store.channels.fetch_snapshot(ann, channel, page=4, limits=LIMITS, around=around)
    assert shown.room is not None
    assert shown.thread is not None
    assert 1 in [line.number for line in shown.room.lines if isinstance(line, MessagePosted)]
    assert around in [line.number for line in shown.thread.lines]
    assert (shown.thread.root.number, shown.thread.older, shown.thread.newer) == (1, True, True)


async def test_beside_a_room_a_thread_opens_around_the_reply_one_names(world: World) -> None:
    ann, bob, channel = await talk(world)
    numbers = [(await world.answer(bob, channel, 1)).number for _ in range(9)]
    for _ in range(9):
        await world.post(ann, channel)
    shown = await world.store.channels.fetch_snapshot(ann, channel, page=4, limits=LIMITS, thread=numbers[4])
    assert shown.room is not None
    assert shown.thread is not None
    assert not shown.room.newer
    assert (shown.thread.root.number, shown.thread.older, shown.thread.newer) == (1, True, True)
    assert numbers[4] in [line.number for line in shown.thread.lines]


async def test_a_room_around_a_reply_shows_the_messages_it_was_said_between(world: World) -> None:
    ann, bob, channel = await talk(world)
    for _ in range(9):
        await world.post(ann, channel)
    around = (await world.answer(bob, channel, 1)).number
    assert around is not None
    for _ in range(9):
        await world.post(ann, channel)
    view = await world.store.channels.fetch_room(ann, channel, page=4, around=around)
    shown = [line.number for line in view.room.lines if isinstance(line, MessagePosted)]
    assert shown == [around - 2, around - 1, around + 1, around + 2]


async def test_a_thread_is_for_those_who_may_read_the_channel(world: World) -> None:
    ann, bob, channel = await talk(world)
    await world.answer(bob, channel, 1)
    cy = await world.user("cy")
    with pytest.raises(Refused, match="no_such_channel"):
        await world.thread(cy, channel, 1)
    with pytest.raises(Refused, match="no_such_channel"):
        await world.answer(cy, channel, 1)
    with pytest.raises(Refused, match="no_such_channel"):
        await world.follow(cy, channel, 1)
    assert [root.root.number for root in (await world.store.channels.fetch_threads(ann))[0]] == [1]
    assert await world.store.channels.fetch_threads(cy) == ([], [])
