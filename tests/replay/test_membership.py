"""Who was removed hears nothing more, whatever else was committed in the same breath; who joins hears all after."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.client import Person, open_socket

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = (f"membership {number}" for number in itertools.count(1))
PROFILE = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
COUNT = st.integers(0, 20)


async def make_channel(people: list[Person], *, private: bool) -> str:
    channel = await people[0].create_channel(next(NAMES), private=private)
    for person in people[1:]:
        await people[0].add(channel, person.id)
    return channel


@PROFILE
@given(before=COUNT, after=COUNT, private=st.booleans(), leaves=st.booleans())
async def test_a_removed_member_hears_nothing_after_the_removal(
    people: list[Person], before: int, after: int, private: bool, leaves: bool
) -> None:
    channel = await make_channel(people, private=private)
    async with open_socket(people[0]) as ana, open_socket(people[1]) as bo, open_socket(people[2]) as cy:
        start = bo.welcome["streams"][f"channel:{channel}"]
        answers = [await cy.send("message.post", channel=channel, text="before") for _ in range(before)]
        removal = (
            await bo.send("channel.leave", channel=channel)
            if leaves
            else await ana.send("member.remove", channel=channel, user=people[1].id)
        )
        answers += [await cy.send("message.post", channel=channel, text="after") for _ in range(after)]
        answers += [await bo.send("message.post", channel=channel, text="too late?") for _ in range(after)]
        replies = [await answer for answer in answers]
        removed = await removal
        assert removed["type"] == "ok", removed
        last = await cy.ok("message.post", channel=channel, text="what Bo must not hear")
        await cy.until_seq(channel, last["seq"])
        await bo.until(lambda: any(event["type"] == "membership.ended" for event in bo.events), "the end")
        await bo.ok("ping")
        left = next(event for event in cy.events if event["type"] == "member.left" and event["channel"] == channel)
        ended = next(event for event in bo.events if event["type"] == "membership.ended")
        # Bo has heard everything up to the removal, and nothing beyond it; Cy has heard all of it.
        assert bo.seqs(channel) == list(range(start + 1, left["seq"] + 1))
        assert cy.seqs(channel) == list(range(start + 1, last["seq"] + 1))
        assert ended["channel_seq"] == left["seq"]
        # A post of Bo's is either before the removal or refused.
        for reply in replies[before + after :]:
            assert reply["code"] in {"not_a_member", "no_such_channel"} if reply["type"] == "error" else True
            assert reply.get("seq", 0) < left["seq"]


@PROFILE
@given(before=COUNT, after=COUNT)
async def test_a_new_member_hears_everything_after_joining_and_nothing_before(
    people: list[Person], before: int, after: int
) -> None:
    channel = await people[0].create_channel(next(NAMES))
    async with open_socket(people[0]) as ana, open_socket(people[1]) as bo:
        answers = [await ana.send("message.post", channel=channel, text="before") for _ in range(before)]
        joining = await bo.send("channel.join", channel=channel)
        answers += [await ana.send("message.post", channel=channel, text="after") for _ in range(after)]
        joined = await joining
        for answer in answers:
            assert (await answer)["type"] == "ok"
        last = await ana.ok("message.post", channel=channel, text="last")
        await bo.until_seq(channel, last["seq"])
        started = next(event for event in bo.events if event["type"] == "membership.started")
        assert started["channel_seq"] == joined["seq"]
        assert started["channel"]["seq"] == started["channel_seq"]
        assert bo.seqs(channel) == list(range(joined["seq"] + 1, last["seq"] + 1))
        # What tells of the channel comes before the channel's events, or a client would not know where they belong.
        assert bo.events.index(started) < next(
            number for number, event in enumerate(bo.events) if event.get("channel") == channel
        )
    await people[1].remove(channel, "me")


async def test_somebody_removed_and_added_again_hears_only_what_came_after(people: list[Person]) -> None:
    channel = await make_channel(people, private=True)
    async with open_socket(people[0]) as ana, open_socket(people[1]) as bo:
        await ana.ok("member.remove", channel=channel, user=people[1].id)
        secret = await ana.ok("message.post", channel=channel, text="between ourselves")
        again = await ana.ok("member.add", channel=channel, user=people[1].id)
        last = await ana.ok("message.post", channel=channel, text="welcome back")
        await bo.until_seq(channel, last["seq"])
        assert secret["seq"] not in bo.seqs(channel)
        assert again["seq"] not in bo.seqs(channel)


async def test_a_removed_member_cannot_resume_what_came_after(people: list[Person]) -> None:
    channel = await make_channel(people, private=True)
    before = await people[1].snapshot(channel)
    await people[0].remove(channel, people[1].id)
    await people[0].post(channel, "between ourselves")
    stream = f"channel:{channel}"
    async with open_socket(
        people[1], streams={stream: 0, f"user:{people[1].id}": before["seq"]}, epoch=before["epoch"]
    ) as bo:
        await bo.until(lambda: any(event["type"] == "membership.ended" for event in bo.events), "the end")
        await bo.ok("ping")
    assert stream not in bo.welcome["streams"]
    assert bo.seqs(channel) == []
