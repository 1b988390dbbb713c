"""How far others have read: told together, at most once a second for a channel, to whoever hears it."""

from __future__ import annotations

from hubbub.protocol.batch import Batch, Move
from tests.unit.hub.here import Here, KeepingLink


def read(here: Here, user: str, number: int, channel: str = "room") -> None:
    here.ephemera.notice([Batch(f"user:{user}", 1, 1, (b"{}",), moves=(Move(channel, user, number),))])


def told(link: KeepingLink) -> list[dict[str, int]]:
    return [frame["positions"] for frame in link.frames("receipts")]


def test_the_first_is_told_at_once_and_the_next_together_a_second_later() -> None:
    here = Here()
    ann, bob = here.open("ann", "room"), here.open("bob", "room")
    read(here, "ann", 3)
    here.loop.advance(0.1)
    for number in range(4, 9):
        read(here, "ann", number)
        read(here, "bob", number - 1)
        here.loop.advance(0.1)
    assert ann.heard == bob.heard == [{"type": "receipts", "channel": "room", "positions": {"ann": 3}}]
    here.loop.advance(1)
    assert told(ann) == [{"ann": 3}, {"ann": 8, "bob": 7}]


def test_channels_are_told_apart_and_only_to_their_members() -> None:
    here = Here()
    ann, bob = here.open("ann", "room", "hall"), here.open("bob", "hall")
    read(here, "ann", 1)
    read(here, "ann", 2, "hall")
    here.loop.advance()
    assert {frame["channel"]: frame["positions"] for frame in ann.heard} == {"room": {"ann": 1}, "hall": {"ann": 2}}
    assert told(bob) == [{"ann": 2}]


def test_who_was_removed_hears_of_nobody() -> None:
    here = Here()
    bob = here.open("bob", "room")
    here.open("ann", "room")
    here.move("room", "bob", joined=False)
    read(here, "ann", 1)
    here.loop.advance(5)
    assert told(bob) == []


def test_a_link_that_reads_slowly_is_left_out() -> None:
    here = Here()
    ann, bob = here.open("ann", "room"), here.open("bob", "room")
    ann.slow = True
    read(here, "ann", 1)
    here.loop.advance(5)
    assert (told(ann), told(bob)) == ([], [{"ann": 1}])


def test_while_the_hub_lags_receipts_wait() -> None:
    here = Here(backlog=0)
    ann = here.open("ann", "room")
    here.broker.publish([Batch("channel:other", 1, 1, (b"{}",))])
    read(here, "ann", 1)
    assert here.hub.congested
    assert told(ann) == []
    here.loop.advance(2)
    assert told(ann) == [{"ann": 1}]


def test_when_nobody_reads_nothing_is_kept_and_no_timer_runs() -> None:
    here = Here()
    here.open("ann", "room")
    read(here, "ann", 1)
    here.loop.advance(5)
    assert len(here.ephemera.readers) == 0
    assert here.ephemera.idle
