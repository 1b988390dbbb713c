"""Identifiers sort by time, and nothing else passes for one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.ids import channel_stream, is_id, new_id, user_stream

TIMES = st.integers(min_value=0, max_value=4_102_444_800_000)  # up to the year 2100


@given(TIMES)
def test_a_new_id_is_an_id(now: int) -> None:
    assert is_id(new_id(now))


@given(TIMES, TIMES)
def test_ids_sort_by_time(one: int, other: int) -> None:
    if one != other:
        assert (new_id(one) < new_id(other)) == (one < other)


def test_two_ids_of_one_moment_differ() -> None:
    assert len({new_id(1_765_432_100_123) for _ in range(1000)}) == 1000


@given(st.text(max_size=40))
def test_any_other_text_is_not_an_id(text: str) -> None:
    if is_id(text):
        assert len(text) == 26
        assert text.isascii()
        assert text.isalnum()


def test_an_id_with_a_newline_behind_it_is_not_one() -> None:
    assert not is_id(new_id(0) + "\n")


def test_an_id_beyond_128_bits_is_not_one() -> None:
    assert not is_id("8" + "0" * 25)
    assert is_id("7" + "Z" * 25)


def test_streams_of_channels_and_users_cannot_be_confused() -> None:
    same = new_id(0)
    assert channel_stream(same) == f"channel:{same}"
    assert user_stream(same) == f"user:{same}"
