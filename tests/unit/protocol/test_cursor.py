"""Cursors: what goes in comes out, whatever is sent as one can be read, and that of 500 channels is short enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.ids import channel_stream, new_id, user_stream
from hubbub.protocol.commands import Hello
from hubbub.protocol.cursor import CURSOR_CHARACTERS, NOTHING, decode_cursor, encode_cursor
from hubbub.protocol.session import plan_resumption
from hubbub.protocol.views import Heads, Membership

seqs = st.integers(min_value=0, max_value=2**53 - 1)
names = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=1, max_size=26)


def heads_of(*channels: str, epoch: str = "E", head: int = 2**53 - 1) -> Heads:
    return Heads(epoch, head, {channel: Membership(head, 1, 1) for channel in channels})


@given(st.dictionaries(names, seqs, max_size=20), st.none() | seqs)
def test_a_cursor_stands_for_the_hello_with_the_same_positions(channels: dict[str, int], own: int | None) -> None:
    streams = {channel_stream(name): seq for name, seq in channels.items()}
    streams |= {} if own is None else {user_stream("U"): own}
    cursor = decode_cursor(encode_cursor("U", "E", streams))
    assert cursor.hello("U", heads_of(*channels)) == Hello(streams=streams, epoch="E")


def test_what_is_not_the_users_is_left_out() -> None:
    cursor = decode_cursor(encode_cursor("U", "E", {"user:V": 3, "strange": 4, "channel:A": 5}))
    assert cursor.hello("U", heads_of("A")) == Hello(streams={"channel:A": 5}, epoch="E")


def test_a_channel_one_is_no_longer_in_falls_away() -> None:
    cursor = decode_cursor(encode_cursor("U", "E", {"user:U": 3, "channel:A": 5, "channel:B": 6}))
    assert cursor.hello("U", heads_of("B")).streams == {"user:U": 3, "channel:B": 6}


@given(st.text() | st.text("AQab09-_", max_size=60))
def test_whatever_comes_as_a_cursor_is_read(text: str) -> None:
    heads = heads_of("A", head=9)
    plan = plan_resumption(decode_cursor(text).hello("U", heads), "U", heads, 100)
    assert plan.heads == {"user:U": 9, "channel:A": 9}


def test_one_that_is_not_understood_or_of_another_epoch_resets_every_stream() -> None:
    heads = heads_of("A", "B", head=9)
    for cursor in (NOTHING, decode_cursor(encode_cursor("U", "F", {"user:U": 9, "channel:A": 9}))):
        plan = plan_resumption(cursor.hello("U", heads), "U", heads, 100)
        assert set(plan.resets) == {"user:U", "channel:A", "channel:B"}
        assert plan.behind == {}


def test_channels_that_cannot_be_told_apart_are_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.protocol.cursor.CHANNEL_BYTES", 1)
    channels = {channel_stream(str(number)): number for number in range(1, 31)}
    heads = heads_of(*(str(number) for number in range(1, 31)), head=31)
    cursor = decode_cursor(encode_cursor("U", "E", {"user:U": 31, **channels}))
    plan = plan_resumption(cursor.hello("U", heads), "U", heads, 100)
    assert len(plan.resets) >= 2
    assert plan.behind == {name: seq for name, seq in channels.items() if name not in plan.resets}


def test_the_cursor_of_as_many_channels_as_one_may_be_in_fits_in_a_head() -> None:
    streams = {channel_stream(new_id(number)): 2_000_000 for number in range(500)}
    assert len(encode_cursor("U", "E", {**streams, "user:U": 100_000})) < 5_500 < CURSOR_CHARACTERS
