"""Whatever people do: each finds exactly what they may read, as it is now, and nothing else.

What is expected is told by another way of looking: words split at spaces, memberships and texts kept by the test.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.errors import Refused
from tests.support.searching import ENGINES, Place, Searching
from tests.support.store_world import World

WORDS = ("alpha", "beta", "gamma", "发布", "会议")
# No word's tokens stand within another's, so that finding is the same as splitting.
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(" ".join)


@dataclass(frozen=True, slots=True)
class Deed:
    """People, channels and numbers by their place in the world's lists."""

    kind: str
    actor: int
    channel: int
    other: int
    number: int
    text: str


KINDS = ("post", "post", "post", "post", "edit", "delete", "react", "unreact", "join", "leave", "add", "remove")
deeds = st.builds(
    Deed,
    kind=st.sampled_from(KINDS),
    actor=st.integers(0, 3),
    channel=st.integers(0, 2),
    other=st.integers(0, 3),
    number=st.integers(1, 4),
    text=TEXTS,
)


@dataclass(slots=True)
class Model:
    """`texts` are those not deleted; `inside` who is in which channel."""

    people: list[str]
    channels: list[str]
    guests: set[str]
    private: set[str]
    texts: dict[Place, tuple[str, str]] = field(default_factory=dict)
    inside: set[tuple[str, str]] = field(default_factory=set)

    def may_read(self, user: str, channel: str) -> bool:
        return (user, channel) in self.inside or (channel not in self.private and user not in self.guests)

    def expected(self, user: str, wanted: str, not_wanted: str | None) -> set[Place]:
        return {
            place
            for place, (_, text) in self.texts.items()
            if self.may_read(user, place[0])
            and wanted in text.split()
            and (not_wanted is None or not_wanted not in text.split())
        }


async def make_model(world: World) -> Model:
    people = [await world.user("Ann"), await world.user("Bo"), await world.user("Cy"), await world.user("Gus", "guest")]
    channels = [
        world.general,
        await world.channel(people[0], "public"),
        await world.channel(people[0], "secret", private=True),
    ]
    model = Model(people, channels, {people[3]}, {channels[2]})
    model.inside |= {(user, world.general) for user in people}
    model.inside |= {(people[0], channel) for channel in channels}
    return model


async def act(world: World, model: Model, deed: Deed) -> None:
    """Carry it out on both; what the store refuses changes neither."""
    actor, other, channel = model.people[deed.actor], model.people[deed.other], model.channels[deed.channel]
    place = (channel, deed.number)
    match deed.kind:
        case "post":
            number = (await world.post(actor, channel, deed.text)).number
            assert number is not None
            model.texts[channel, number] = (actor, deed.text)
        case "edit":
            await world.edit(actor, channel, deed.number, deed.text)
            model.texts[place] = (actor, deed.text)
        case "delete":
            await world.delete(actor, channel, deed.number)
            del model.texts[place]
        case "react":
            await world.react(actor, channel, deed.number)
        case "unreact":
            await world.unreact(actor, channel, deed.number)
        case "join" | "add":
            user = actor if deed.kind == "join" else other
            await world.join(user, channel, by=actor)
            model.inside.add((user, channel))
        case _:
            user = actor if deed.kind == "leave" else other
            await world.leave(user, channel, by=actor)
            model.inside.discard((user, channel))


async def play(here: Searching, all_of: list[Deed], wanted: str, not_wanted: str | None) -> None:
    model = await make_model(here.world)
    for i, deed in enumerate(all_of):
        try:
            await act(here.world, model, deed)
        except Refused:
            continue
        if i % 7 == 3:  # in between, and without waiting for the engine: what it has may be old, but is never too much
            user = model.people[deed.other]
            assert set(await here.places(user, wanted, settle=False)) <= model.expected(user, wanted, None)
    await here.settle()
    for user in model.people:
        q = wanted if not_wanted is None else f"{wanted} -{not_wanted}"
        found = await here.places(user, q)
        assert set(found) == model.expected(user, wanted, not_wanted)
        assert len(found) == len(set(found))


@pytest.mark.parametrize("engine", ENGINES)
def test_each_finds_exactly_what_they_may_read(engine: str, request: pytest.FixtureRequest) -> None:
    # Each makes indices of its own, which a search server takes a second for.
    @settings(max_examples=25 if engine == "sqlite" else 5, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(deeds, min_size=1, max_size=40),
        st.sampled_from(WORDS),
        st.none() | st.sampled_from(WORDS),
    )
    def try_it(all_of: list[Deed], wanted: str, not_wanted: str | None) -> None:
        asyncio.run(open_and_play(all_of, wanted, not_wanted))

    async def open_and_play(all_of: list[Deed], wanted: str, not_wanted: str | None) -> None:
        with tempfile.TemporaryDirectory() as directory:
            async with ENGINES[engine](Path(directory), request) as here:
                await play(here, all_of, wanted, not_wanted)

    try_it()
