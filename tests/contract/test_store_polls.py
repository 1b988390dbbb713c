"""Polls in the store: who may vote for what, what everybody is told of it, and what a deletion takes with it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.domain.intents import PostMessage, VotePoll
from hubbub.domain.new_parts import Forwarded
from hubbub.errors import Refused
from hubbub.protocol.events import Ballot, PollAnswered, PollClosed, PollCounted, PollState, PollVoted
from hubbub.protocol.parts import PollPart
from hubbub.protocol.replies import PollAnswer
from hubbub.store.engine import DATABASE
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(votes_per_poll=2)) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


@pytest.fixture
async def bob(world: World, ann: str) -> str:
    return await world.user("Bob")


async def poll(world: World, reader: str, number: int = 1) -> PollState | None:
    return (await world.message(reader, world.general, number)).poll


async def test_a_poll_says_what_it_asks_and_nobody_votes_at_first(world: World, ann: str) -> None:
    await world.poll(ann, world.general, "green", "black", multiple=True, closes_at=world.now + 1000)
    line = await world.message(ann, world.general, 1)
    assert line.parts == [
        PollPart(question="Tea?", options=["green", "black"], multiple=True, closes_at=world.now + 999)
    ]
    assert line.poll is None


async def test_an_open_poll_names_who_votes_for_what(world: World, ann: str, bob: str) -> None:
    await world.poll(ann, world.general)
    await world.vote(bob, world.general, 1, 1)
    await world.vote(ann, world.general, 1, 0)
    await world.vote(bob, world.general, 1, 0)
    assert await poll(world, ann) == PollState(ballots=[Ballot(user=bob, options=[0]), Ballot(user=ann, options=[0])])
    await world.vote(bob, world.general, 1)
    assert await poll(world, ann) == PollState(ballots=[Ballot(user=ann, options=[0])])
    votes = [event for event in await world.channel_events(world.general) if isinstance(event, PollVoted)]
    assert [(vote.by, vote.options) for vote in votes] == [(bob, [1]), (ann, [0]), (bob, [0]), (bob, [])]
    names = (await world.snapshot(ann, world.general)).users
    assert {user.id for user in names} >= {ann}


async def test_the_same_vote_again_is_no_event(world: World, ann: str) -> None:
    await world.poll(ann, world.general, multiple=True)
    first = await world.vote(ann, world.general, 1, 1, 0, 1)
    assert (await world.vote(ann, world.general, 1, 0, 1)).seq == first.seq
    await world.vote(ann, world.general, 1)
    assert (await world.vote(ann, world.general, 1)).seq == first.seq + 1
    assert await poll(world, ann) is None


async def test_an_anonymous_poll_tells_the_channel_a_count_and_the_voter_their_vote(
    world: World, ann: str, bob: str
) -> None:
    await world.poll(ann, world.general, "a", "b", "c", anonymous=True, multiple=True)
    await world.vote(ann, world.general, 1, 0, 2)
    await world.vote(bob, world.general, 1, 2)
    assert await poll(world, ann) == PollState(votes=[1, 0, 2], voters=2)
    await world.vote(ann, world.general, 1, 1)
    assert await poll(world, bob) == PollState(votes=[0, 1, 1], voters=2)
    told = [event for event in await world.channel_events(world.general) if event.seq > 3]
    assert [type(event) for event in told[-3:]] == [PollCounted] * 3
    assert bob not in str(told[-3:])
    assert ann not in str(told[-3:])
    answers = [event for event in await world.user_events(ann) if isinstance(event, PollAnswered)]
    assert [event.options for event in answers] == [[0, 2], [1]]
    assert (await world.snapshot(ann)).answers == [PollAnswer(channel=world.general, number=1, options=[1])]
    assert (await world.snapshot(bob)).answers == [PollAnswer(channel=world.general, number=1, options=[2])]


async def test_a_withdrawn_anonymous_vote_is_not_counted(world: World, ann: str) -> None:
    await world.poll(ann, world.general, anonymous=True)
    await world.vote(ann, world.general, 1, 1)
    withdrawn = await world.vote(ann, world.general, 1)
    assert await poll(world, ann) is None
    assert (await world.snapshot(ann)).answers == [PollAnswer(channel=world.general, number=1)]
    assert (await world.vote(ann, world.general, 1)).seq == withdrawn.seq


async def test_one_votes_for_what_there_is(world: World, ann: str) -> None:
    await world.poll(ann, world.general)
    for options in ((2,), (-1,), (0, 1)):
        with pytest.raises(Refused, match="bad_vote"):
            await world.vote(ann, world.general, 1, *options)
    await world.post(ann, world.general, "no poll")
    for call in (world.vote, world.close_poll):
        with pytest.raises(Refused, match="no_poll"):
            await call(ann, world.general, 2)
        with pytest.raises(Refused, match="no_such_message"):
            await call(ann, world.general, 3)


async def test_who_is_not_in_the_channel_does_not_vote(world: World, ann: str, bob: str) -> None:
    room, den = await world.channel(ann, "Room"), await world.channel(ann, "Den", private=True)
    for channel, code in ((room, "not_a_member"), (den, "no_such_channel")):
        await world.poll(ann, channel)
        for call in (world.vote, world.close_poll):
            with pytest.raises(Refused, match=code):
                await call(bob, channel, 1)


async def test_only_its_author_closes_a_poll_and_then_nobody_votes(world: World, ann: str, bob: str) -> None:
    await world.poll(ann, world.general)
    await world.vote(bob, world.general, 1, 1)
    with pytest.raises(Refused, match="not_yours"):
        await world.close_poll(bob, world.general, 1)
    closed = await world.close_poll(ann, world.general, 1)
    assert (await world.close_poll(ann, world.general, 1)).seq == closed.seq
    for options in ((0,), (1,), ()):
        with pytest.raises(Refused, match="poll_closed"):
            await world.vote(bob, world.general, 1, *options)
    event = (await world.channel_events(world.general))[-1]
    assert isinstance(event, PollClosed)
    assert await poll(world, bob) == PollState(ballots=[Ballot(user=bob, options=[1])], closed_at=event.at)


async def test_a_poll_closes_by_itself_at_its_time(world: World, ann: str) -> None:
    await world.poll(ann, world.general, closes_at=world.now + 100)
    await world.vote(ann, world.general, 1, 0)
    world.now += 100
    with pytest.raises(Refused, match="poll_closed"):
        await world.vote(ann, world.general, 1, 1)
    with pytest.raises(Refused, match="bad_part"):
        await world.poll(ann, world.general, closes_at=world.now)


async def test_open_votes_are_bounded_and_anonymous_ones_only_by_the_members(world: World, ann: str, bob: str) -> None:
    cy = await world.user("Cy")
    await world.poll(ann, world.general)
    await world.poll(ann, world.general, anonymous=True)
    for number in (1, 2):
        for user in (ann, bob):
            await world.vote(user, world.general, number, 0)
    with pytest.raises(Refused, match="too_many_votes"):
        await world.vote(cy, world.general, 1, 0)
    await world.vote(ann, world.general, 1, 1)
    await world.vote(ann, world.general, 1)
    await world.vote(cy, world.general, 1, 0)
    await world.vote(cy, world.general, 2, 0)


async def test_a_deleted_poll_takes_its_votes_out_of_the_log(world: World, ann: str, bob: str) -> None:
    await world.poll(ann, world.general, "green", "black")
    await world.poll(ann, world.general, anonymous=True)
    for number in (1, 2):
        await world.vote(bob, world.general, number, 1)
        await world.vote(bob, world.general, number)
        await world.vote(bob, world.general, number, 0)
        await world.close_poll(ann, world.general, number)
        await world.delete(ann, world.general, number)
        line = await world.message(bob, world.general, number)
        assert (line.deleted, line.parts, line.poll) == (True, [], None)
        with pytest.raises(Refused, match="already_deleted"):
            await world.vote(bob, world.general, number, 1)
    events = await world.channel_events(world.general)
    votes = [event for event in events if isinstance(event, PollVoted | PollCounted)]
    assert [getattr(vote, "options", []) or getattr(vote, "votes", []) for vote in votes] == [[]] * 6
    with sqlite3.connect(world.directory / DATABASE) as connection:
        bodies = connection.execute("SELECT body FROM events WHERE stream = ?", (channel_stream(world.general),))
        assert b"black" not in b"".join(body for (body,) in bodies)


async def test_a_forwarded_poll_asks_anew(world: World, ann: str, bob: str) -> None:
    await world.poll(ann, world.general)
    await world.vote(bob, world.general, 1, 1)
    room = await world.channel(bob, "Room")
    forward = Forwarded(channel=world.general, number=1)
    await world.append(PostMessage(bob, room, "", None, world.clock(), forward=forward))
    assert (await world.message(bob, room, 1)).poll is None
    await world.vote(bob, room, 1, 0)
    await world.close_poll(bob, room, 1)
    assert await poll(world, ann) == PollState(ballots=[Ballot(user=bob, options=[1])])


async def test_a_forwarded_poll_is_open_though_the_time_of_the_first_is_over(world: World, ann: str) -> None:
    await world.poll(ann, world.general, closes_at=world.now + 100)
    world.now += 200
    forward = Forwarded(channel=world.general, number=1)
    await world.append(PostMessage(ann, world.general, "", None, world.clock(), forward=forward))
    await world.vote(ann, world.general, 2, 0)
    assert await poll(world, ann, 2) == PollState(ballots=[Ballot(user=ann, options=[0])])


async def test_verify_tells_of_a_vote_for_what_there_is_not(world: World, ann: str) -> None:
    await world.poll(ann, world.general, anonymous=True)
    await world.vote(ann, world.general, 1, 0)
    with closing(sqlite3.connect(world.directory / DATABASE)) as connection:
        for chosen, told in (("[7]", True), ("[-1]", True), ("[0]", False)):
            with connection:
                connection.execute("UPDATE ballots SET options = ?", (chosen,))
            assert any("a vote for option" in problem for problem in world.verify().problems) is told


async def test_the_text_beside_a_poll_can_be_edited_and_its_votes_stay(world: World, ann: str) -> None:
    await world.poll(ann, world.general, text="before")
    await world.vote(ann, world.general, 1, 0)
    await world.edit(ann, world.general, 1, "")
    line = await world.message(ann, world.general, 1)
    assert (line.text, line.poll) == ("", PollState(ballots=[Ballot(user=ann, options=[0])]))


async def test_votes_of_one_batch_are_all_counted(world: World, ann: str, bob: str) -> None:
    await world.poll(ann, world.general, anonymous=True)
    await world.append_together(
        VotePoll(ann, world.general, 1, (0,), world.clock()),
        VotePoll(bob, world.general, 1, (1,), world.clock()),
        VotePoll(ann, world.general, 1, (1,), world.clock()),
    )
    assert await poll(world, ann) == PollState(votes=[0, 2], voters=2)
