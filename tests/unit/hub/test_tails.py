"""What was delivered a moment ago, for who catches up."""

from __future__ import annotations

from hubbub.hub.tails import EVENTS, SECONDS, Tails
from hubbub.protocol.batch import Batch

STREAM = "channel:a"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def batch(first: int, last: int) -> Batch:
    return Batch(STREAM, first, last, tuple(str(seq).encode() for seq in range(first, last + 1)))


def seqs(found: list[bytes] | None) -> list[int] | None:
    return None if found is None else [int(payload) for payload in found]


def test_what_follows_a_seq_is_there_as_a_whole_or_not_at_all() -> None:
    tails = Tails(Clock())
    for first, last in ((5, 6), (7, 7), (8, 10)):
        tails.add(batch(first, last))
    assert seqs(tails.since(STREAM, 4, 10)) == [5, 6, 7, 8, 9, 10]
    assert seqs(tails.since(STREAM, 8, 10)) == [9, 10]
    assert seqs(tails.since(STREAM, 10, 10)) == []
    assert tails.since(STREAM, 3, 10) is None, "4 is not here"
    assert tails.since(STREAM, 8, 11) is None, "11 is not here"
    assert tails.since("channel:b", 0, 0) is None


def test_a_tail_ends_where_there_is_a_gap() -> None:
    tails = Tails(Clock())
    tails.add(batch(5, 6))
    tails.add(batch(9, 9))
    assert tails.since(STREAM, 6, 9) is None
    assert seqs(tails.since(STREAM, 8, 9)) == [9]


def test_nothing_is_given_out_for_longer_than_its_time() -> None:
    clock = Clock()
    tails = Tails(clock)
    tails.add(batch(5, 6))
    clock.now += SECONDS / 2
    tails.add(batch(7, 8))
    assert seqs(tails.since(STREAM, 4, 8)) == [5, 6, 7, 8]
    clock.now += SECONDS * 0.75
    assert tails.since(STREAM, 4, 8) is None
    assert seqs(tails.since(STREAM, 6, 8)) == [7, 8]


def test_no_more_is_kept_than_the_bound() -> None:
    tails = Tails(Clock())
    for seq in range(1, 3 * EVENTS):
        tails.add(batch(seq, seq))
    head = 3 * EVENTS - 1
    assert tails.since(STREAM, head - EVENTS - 1, head) is None
    assert len(tails.since(STREAM, head - EVENTS, head) or ()) == EVENTS


def test_what_nobody_catches_up_with_is_forgotten() -> None:
    tails = Tails(Clock())
    tails.add(batch(1, 2))
    assert len(tails) == 1
    tails.drop(STREAM)
    tails.drop(STREAM)
    assert len(tails) == 0
