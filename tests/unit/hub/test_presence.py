"""Who is there: true in the end for every watcher, whatever happened and whatever was lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hubbub.hub.ephemera import EphemeralLimits
from hubbub.hub.presence import TICK
from tests.unit.hub.here import Here, KeepingLink

GRACE = 10.0
USERS = ("ann", "bob", "cy")
CHANNELS = ("room", "hall")


class Watcher:
    """A client's side of a watch: what it was answered, and everything it was told since."""

    def __init__(self, here: Here, link: KeepingLink, *users: str) -> None:
        self.here, self.link = here, link
        self.watch(*users)

    def watch(self, *users: str) -> None:
        self.first = self.here.ephemera.watch(self.link.user, self.link.id, users)
        self.since = len(self.link.heard)

    @property
    def news(self) -> list[dict[str, str]]:
        return [frame["users"] for frame in self.link.heard[self.since :] if frame["type"] == "presence"]

    @property
    def known(self) -> dict[str, str]:
        known: dict[str, str] = {**self.first}
        for users in self.news:
            assert set(users) <= set(known), "told of somebody it does not watch"
            assert all(known[user] != status for user, status in users.items()), "told what it knew"
            known.update(users)
        return known


@pytest.fixture
def here() -> Here:
    return Here(EphemeralLimits(grace_seconds=GRACE))


def test_the_answer_says_what_everybody_is_now(here: Here) -> None:
    here.open("bob", "room")
    away = here.open("cy", "room")
    here.ephemera.set_status("cy", away.id, away=True)
    watcher = Watcher(here, here.open("ann", "room"), "ann", "bob", "cy", "dee")
    assert watcher.first == {"ann": "online", "bob": "online", "cy": "away", "dee": "offline"}


def test_coming_is_told_at_once_and_going_after_a_grace(here: Here) -> None:
    watcher = Watcher(here, here.open("ann", "room"), "bob")
    bob = here.open("bob", "room")
    here.loop.advance()
    assert watcher.news == [{"bob": "online"}]
    here.close(bob)
    here.loop.advance(GRACE - 0.1)
    assert watcher.news == [{"bob": "online"}]
    here.loop.advance(0.2)
    assert watcher.news == [{"bob": "online"}, {"bob": "offline"}]


def test_a_reload_does_not_blink(here: Here) -> None:
    bob = here.open("bob", "room")
    watcher = Watcher(here, here.open("ann", "room"), "bob")
    for _ in range(3):
        here.close(bob)
        here.loop.advance(GRACE / 2)
        bob = here.open("bob", "room")
        here.loop.advance(GRACE)
    assert (watcher.first, watcher.news) == ({"bob": "online"}, [])


def test_two_who_reload_together_see_each_other(here: Here) -> None:
    ann, bob = here.open("ann", "room"), here.open("bob", "room")
    here.close(ann)
    here.close(bob)
    watcher = Watcher(here, here.open("ann", "room"), "bob")
    assert watcher.first == {"bob": "online"}
    here.loop.advance(GRACE + TICK)
    assert watcher.known == {"bob": "offline"}


def test_several_tabs_are_one_person(here: Here) -> None:
    tabs = [here.open("bob", "room"), here.open("bob", "room")]
    watcher = Watcher(here, here.open("ann", "room"), "bob")
    here.ephemera.set_status("bob", tabs[0].id, away=True)
    here.loop.advance(TICK)
    assert watcher.news == []
    here.ephemera.set_status("bob", tabs[1].id, away=True)
    here.loop.advance(TICK)
    assert watcher.news == [{"bob": "away"}]
    here.close(tabs[0])
    here.loop.advance(2 * GRACE)
    assert watcher.news == [{"bob": "away"}]
    here.ephemera.set_status("bob", tabs[1].id, away=False)
    here.loop.advance(TICK)
    assert watcher.known == {"bob": "online"}


def test_a_connection_that_has_not_said_hello_is_nobody(here: Here) -> None:
    watcher = Watcher(here, here.open("ann", "room"), "bob")
    here.members["room"].add("bob")
    link = here.connect("bob")
    here.loop.advance(TICK)
    assert watcher.news == []
    here.greet(link)
    here.loop.advance(TICK)
    assert watcher.known == {"bob": "online"}


def test_who_shares_no_channel_looks_offline(here: Here) -> None:
    here.open("bob", "hall")
    watcher = Watcher(here, here.open("ann", "room"), "bob")
    assert watcher.first == {"bob": "offline"}
    here.move("room", "bob", joined=True)
    here.loop.advance(TICK)
    assert watcher.known == {"bob": "online"}
    here.move("room", "ann", joined=False)
    here.loop.advance(TICK)
    assert watcher.known == {"bob": "offline"}


def test_who_is_taken_out_of_the_last_shared_channel_while_reloading_looks_offline(here: Here) -> None:
    bob = here.open("bob", "room", "hall")
    watcher = Watcher(here, here.open("ann", "room"), "bob")
    here.close(bob)
    here.move("room", "bob", joined=False)
    here.loop.advance(TICK)
    assert watcher.known == {"bob": "offline"}


def test_what_is_watched_is_replaced_and_nothing_is_kept_of_the_old(here: Here) -> None:
    watcher = Watcher(here, here.open("ann", "room"), "bob", "cy")
    watcher.watch("dee")
    here.open("bob", "room")
    here.open("dee", "room")
    here.loop.advance(TICK)
    assert watcher.known == {"dee": "online"}
    watcher.watch()
    assert not any(here.ephemera.attendance.sizes().values())


def test_whoever_watches_the_same_is_told_in_the_same_bytes(here: Here) -> None:
    watchers = [Watcher(here, here.open(f"user{number}", "room"), "ann", "bob", "cy") for number in range(8)]
    here.open("bob", "room")
    here.open("cy", "room")
    before = here.wire.encoded
    here.loop.advance(TICK)
    assert all(watcher.news == [{"bob": "online", "cy": "online"}] for watcher in watchers)
    assert here.wire.encoded == before + 1


def test_a_storm_of_people_costs_a_watcher_one_frame_a_tick(here: Here) -> None:
    crowd = [f"user{number}" for number in range(200)]
    watcher = Watcher(here, here.open("ann", "room"), *crowd)
    for user in crowd:
        here.open(user, "room")
        here.loop.advance(0.05)  # ten seconds altogether
    here.loop.advance(TICK)
    assert watcher.known == dict.fromkeys(crowd, "online")
    assert min(watcher.link.gaps("presence")) >= TICK - 1e-9
    assert len(watcher.news) <= 7


def test_whoever_watches_nobody_is_told_nothing(here: Here) -> None:
    ann = here.open("ann", "room")
    bob = here.open("bob", "room")
    here.close(bob)
    here.loop.advance(GRACE + TICK)
    assert ann.heard == []


def test_people_who_are_just_connected_cost_nothing(here: Here) -> None:
    for number in range(50):
        here.open(f"user{number}", "room")
    here.loop.advance(GRACE)
    assert not any(here.ephemera.attendance.sizes().values())
    assert here.ephemera.idle


def test_a_slow_watcher_is_told_what_is_true_once_it_reads(here: Here) -> None:
    watcher = Watcher(here, here.open("ann", "room"), "bob", "cy")
    watcher.link.slow = True
    bob = here.open("bob", "room")
    here.open("cy", "room")
    here.loop.advance(TICK)
    here.close(bob)
    here.loop.advance(GRACE + TICK)
    assert watcher.news == []
    watcher.link.slow = False
    here.loop.advance(TICK)
    assert watcher.news == [{"cy": "online"}]


def test_a_connection_that_is_not_ones_own_cannot_be_spoken_for(here: Here) -> None:
    bob = here.open("bob", "room")
    here.ephemera.set_status("ann", bob.id, away=True)
    assert here.ephemera.watch("ann", bob.id, ("ann",)) == {}
    assert not any(here.ephemera.attendance.sizes().values())


def test_without_a_connection_one_sees_those_in_ones_channels(here: Here) -> None:
    here.open("bob", "room")
    gone = here.open("cy", "hall")
    here.close(gone)
    wanted = ("bob", "cy", "dee")
    assert here.ephemera.look(("room",), wanted) == {"bob": "online", "cy": "offline", "dee": "offline"}
    assert here.ephemera.look(("hall",), wanted) == {"bob": "offline", "cy": "online", "dee": "offline"}


class PresenceMachine(RuleBasedStateMachine):
    """The truth is kept here, by itself; what each watcher knows in the end is compared with it."""

    def __init__(self) -> None:
        super().__init__()
        self.here = Here(EphemeralLimits(grace_seconds=GRACE))
        for channel in CHANNELS:
            self.here.members[channel] = set()
        self.links: list[KeepingLink] = []
        self.shy: list[KeepingLink] = []
        self.away: set[KeepingLink] = set()
        self.watchers: dict[KeepingLink, Watcher] = {}

    def pick(self, data: st.DataObject) -> KeepingLink:
        return data.draw(st.sampled_from(self.links))

    @rule(user=st.sampled_from(USERS), greeted=st.booleans())
    def connect(self, user: str, greeted: bool) -> None:
        link = self.here.connect(user)
        self.links.append(link)
        if greeted:
            self.here.greet(link)
        else:
            self.shy.append(link)

    @precondition(lambda self: self.shy)
    @rule()
    def greet(self) -> None:
        self.here.greet(self.shy.pop())

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def disconnect(self, data: st.DataObject) -> None:
        link = self.pick(data)
        self.links.remove(link)
        self.shy = [other for other in self.shy if other is not link]
        self.away.discard(link)
        self.watchers.pop(link, None)
        self.here.close(link)

    @precondition(lambda self: self.links)
    @rule(data=st.data(), away=st.booleans())
    def set_status(self, data: st.DataObject, away: bool) -> None:
        link = self.pick(data)
        (self.away.add if away else self.away.discard)(link)
        self.here.ephemera.set_status(link.user, link.id, away=away)

    @precondition(lambda self: self.links)
    @rule(data=st.data(), users=st.lists(st.sampled_from(USERS), max_size=4))
    def watch(self, data: st.DataObject, users: list[str]) -> None:
        link = self.pick(data)
        self.watchers[link] = Watcher(self.here, link, *users)

    @rule(channel=st.sampled_from(CHANNELS), user=st.sampled_from(USERS), joined=st.booleans())
    def change_membership(self, channel: str, user: str, joined: bool) -> None:
        self.here.move(channel, user, joined=joined)

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def stop_reading(self, data: st.DataObject) -> None:
        self.pick(data).slow = True

    @precondition(lambda self: any(link.slow for link in self.links))
    @rule()
    def read_on(self) -> None:
        for link in self.links:
            link.slow = False

    @rule(seconds=st.sampled_from((0.0, 0.5, TICK, GRACE)))
    def wait(self, seconds: float) -> None:
        self.here.loop.advance(seconds)

    def truth(self, watcher: str, user: str) -> str:
        links = [link for link in self.links if link.user == user and link not in self.shy]
        shared = any({watcher, user} <= users for users in self.here.members.values())
        if not links or (watcher != user and not shared):
            return "offline"
        return "away" if all(link in self.away for link in links) else "online"

    @invariant()
    def at_most_one_frame_a_tick(self) -> None:
        for link in self.links:
            assert all(gap >= TICK - 1e-9 for gap in link.gaps("presence"))

    def teardown(self) -> None:
        self.read_on()
        self.here.loop.advance(GRACE + 2 * TICK)
        for link, watcher in self.watchers.items():
            if link not in self.shy:
                assert watcher.known == {user: self.truth(link.user, user) for user in watcher.first}
        for link in list(self.links):
            self.here.close(link)
        self.here.loop.advance(GRACE + 2 * TICK)
        assert not any(self.here.ephemera.attendance.sizes().values())
        assert self.here.ephemera.idle


TestPresence = PresenceMachine.TestCase
TestPresence.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
