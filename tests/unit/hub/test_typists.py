"""Who is writing: told together, seldom, and only while it is true."""

from __future__ import annotations

import pytest

from hubbub.hub.ephemera import EphemeralLimits
from hubbub.hub.typists import MOST
from tests.unit.hub.here import Here, KeepingLink


def told(link: KeepingLink) -> list[list[str]]:
    """The sets the link was told, one after the other."""
    return [frame["users"] for frame in link.frames("typing")]


@pytest.fixture
def here() -> Here:
    return Here(EphemeralLimits(typing_seconds=8, typing_listeners=30))


def test_whoever_begins_to_write_is_told_at_once(here: Here) -> None:
    ann, bob = here.open("ann", "room"), here.open("bob", "room")
    here.start("ann", "room")
    here.loop.advance()
    assert ann.heard == bob.heard == [{"type": "typing", "channel": "room", "users": ["ann"]}]


def test_several_changes_within_a_second_are_told_together(here: Here) -> None:
    ann = here.open("ann", "room")
    here.start("ann", "room")
    here.loop.advance()
    for user in ("bob", "cy", "dee"):
        here.start(user, "room")
        here.loop.advance(0.1)
    here.stop("ann", "room")
    here.loop.advance(0.6)
    assert told(ann) == [["ann"]]
    here.loop.advance(0.2)
    assert told(ann) == [["ann"], ["bob", "cy", "dee"]]


def test_a_channel_hears_at_most_once_a_second_however_much_changes(here: Here) -> None:
    ann = here.open("ann", "room")
    for turn in range(100):
        (here.start if turn % 2 else here.stop)("ann", "room")
        here.start(f"user{turn % 7}", "room")
        here.loop.advance(0.05)
    assert len(ann.gaps("typing")) >= 3
    assert min(ann.gaps("typing")) >= 1 - 1e-9


def test_what_changed_and_changed_back_is_not_told(here: Here) -> None:
    ann = here.open("ann", "room")
    here.start("ann", "room")
    here.loop.advance(0.1)
    here.start("bob", "room")
    here.stop("bob", "room")
    here.loop.advance(3)
    assert told(ann) == [["ann"]]


def test_who_falls_silent_is_forgotten_after_eight_seconds(here: Here) -> None:
    ann = here.open("ann", "room")
    here.start("ann", "room")
    here.loop.advance(7.9)
    assert told(ann)[-1] == ["ann"]
    here.loop.advance(0.2)
    assert told(ann)[-1] == []


def test_who_goes_on_writing_is_told_again_for_those_who_missed_it(here: Here) -> None:
    ann, late = here.open("ann", "room"), here.open("late", "room")
    late.slow = True
    here.start("ann", "room")
    here.loop.advance(3.9)
    assert (told(ann), told(late)) == ([["ann"]], [])
    late.slow = False
    here.start("ann", "room")
    here.loop.advance(0.2)
    assert told(late) == [["ann"]]
    for _ in range(5):
        here.start("ann", "room")
        here.loop.advance(4)
    assert told(ann) == [["ann"]] * 7


def test_posting_ends_writing(here: Here) -> None:
    ann = here.open("ann", "room")
    here.start("ann", "room")
    here.start("ann", "hall")
    here.loop.advance(2)
    here.ephemera.on_posted("ann", "room")
    here.loop.advance()
    assert told(ann) == [["ann"], []]
    assert here.ephemera.typists.is_typing("ann", "hall")


def test_leaving_the_channel_ends_writing_there(here: Here) -> None:
    bob = here.open("bob", "room", "hall")
    here.open("ann", "room", "hall")
    here.start("ann", "room")
    here.start("ann", "hall")
    here.loop.advance(2)
    here.move("room", "ann", joined=False)
    last = {frame["channel"]: frame["users"] for frame in bob.frames("typing")}
    assert last == {"room": [], "hall": ["ann"]}


def test_one_of_two_tabs_closes_and_one_still_writes(here: Here) -> None:
    bob = here.open("bob", "room")
    tabs = [here.open("ann", "room"), here.open("ann", "room")]
    here.start("ann", "room")
    here.loop.advance(1.5)
    here.close(tabs[0])
    here.loop.advance(1)
    assert told(bob) == [["ann"]]
    here.close(tabs[1])
    here.loop.advance(1)
    assert told(bob) == [["ann"], []]


def test_who_is_not_a_member_any_more_hears_nothing(here: Here) -> None:
    bob = here.open("bob", "room")
    here.open("ann", "room")
    here.move("room", "bob", joined=False)
    here.start("ann", "room")
    here.loop.advance(20)
    assert told(bob) == []


def test_who_has_not_said_hello_hears_nothing(here: Here) -> None:
    here.open("bob", "room")
    shy = here.connect("bob")
    here.start("bob", "room")
    here.loop.advance(1)
    assert told(shy) == []
    here.greet(shy)
    here.loop.advance(4)
    assert told(shy) == [["bob"]]


def test_a_channel_with_many_listeners_is_told_nothing(here: Here) -> None:
    links = [here.open(f"user{number}", "square") for number in range(31)]
    here.start("user0", "square")
    here.loop.advance(10)
    assert not any(link.heard for link in links)
    here.close(links.pop())
    here.start("user0", "square")
    here.loop.advance()
    assert all(told(link) == [["user0"]] for link in links)


def test_a_channel_that_grows_too_large_falls_silent(here: Here) -> None:
    links = [here.open(f"user{number}", "square") for number in range(30)]
    here.start("user0", "square")
    here.loop.advance(1)
    here.open("one more", "square")
    here.loop.advance(60)
    assert all(told(link) == [["user0"]] for link in links)
    assert len(here.ephemera.typists) == 0


def test_no_more_than_twenty_are_told_and_the_first_come_first(here: Here) -> None:
    ann = here.open("ann", "room")
    for number in range(MOST + 5):
        here.start(f"user{number}", "room")
    here.loop.advance()
    assert told(ann) == [[f"user{number}" for number in range(MOST)]]


def test_a_frame_is_encoded_once_for_all(here: Here) -> None:
    for number in range(9):
        here.open(f"user{number}", "room")
    here.start("user0", "room")
    here.loop.advance()
    assert here.wire.encoded == 1


def test_when_nobody_writes_nothing_is_kept_and_no_timer_runs(here: Here) -> None:
    here.open("ann", "room")
    here.start("ann", "room")
    here.stop("ann", "room")
    here.start("bob", "room")
    here.loop.advance(20)
    assert len(here.ephemera.typists) == 0
    assert here.ephemera.idle
    assert here.loop.timers == 0


def test_a_hub_that_lags_is_not_burdened(here: Here) -> None:
    here = Here(backlog=-1)
    ann = here.open("ann", "room")
    here.start("ann", "room")
    here.loop.advance(3)
    assert told(ann) == []
