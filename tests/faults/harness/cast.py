"""Who takes part: people with an account each, some of them on two devices, everybody in every channel."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from tests.faults.harness.actor import Actor
from tests.faults.harness.machine import Machine
from tests.faults.harness.plan import Scale
from tests.faults.harness.proxy import Proxy
from tests.faults.harness.wishes import Wishes
from tests.support.client import Person, log_in, register

# Of so many clients one is the second device of somebody.
DEVICE_SHARE: Final = 4
ROOMS: Final = ("one", "two", "three")
SECRET_ROOM: Final = "secret"


@dataclass(frozen=True, slots=True)
class Client:
    """One device of a person, behind a proxy of its own. `name` begins the keys of its posts."""

    name: str
    person: Person
    proxy: Proxy


@dataclass(frozen=True, slots=True)
class Place:
    """`home` is where everybody stays; from `rooms` people come and go. (Who leaves the private one among them cannot
    come back alone: the keeper lets them in.)"""

    home: str
    rooms: tuple[str, ...]


async def cast_actors(
    stack: AsyncExitStack, seed: int, scale: Scale, machine: Machine
) -> tuple[list[Actor], list[str]]:
    """The actors, of whom the first one looks after the channels, and the channels."""
    clients = [await open_client(stack, number, scale, machine) for number in range(scale.people)]
    keeper = clients[0].person
    others = list(dict.fromkeys(client.person.id for client in clients if client.person.id != keeper.id))
    place = await open_rooms(keeper, others)
    machine.history.people.update({client.person.id: client.person.name for client in clients})
    actors = [
        Actor(
            client.person,
            client.proxy,
            machine.stage,
            machine.history,
            Wishes(
                name=client.name,
                rng=random.Random(f"wishes {seed} {number}"),
                home=place.home,
                channels=place.rooms,
                others=tuple(others) if client.person is keeper else (),
            ),
            random.Random(f"actor {seed} {number}"),
        )
        for number, client in enumerate(clients)
    ]
    return actors, [place.home, *place.rooms]


async def open_client(stack: AsyncExitStack, number: int, scale: Scale, machine: Machine) -> Client:
    """An account of its own for most; the last ones are devices of people who are there, from the second on."""
    proxy = Proxy(machine.server.port)
    stack.push_async_callback(proxy.close)
    accounts = scale.people - scale.people // DEVICE_SHARE
    if number < accounts:
        name, person = f"person{number}", await register(proxy.url, f"person{number}")
    else:
        owner = f"person{number - accounts + 1}"
        name, person = f"{owner}-too", await log_in(proxy.url, owner)
    stack.push_async_callback(person.http.aclose)
    return Client(name, person, proxy)


async def open_rooms(keeper: Person, others: Sequence[str]) -> Place:
    home = str((await keeper.snapshot())["channels"][0]["id"])
    rooms = [await keeper.create_channel(name) for name in ROOMS]
    rooms.append(await keeper.create_channel(SECRET_ROOM, private=True))
    for channel in rooms:
        for other in others:
            await keeper.add(channel, other)
    return Place(home, tuple(rooms))
