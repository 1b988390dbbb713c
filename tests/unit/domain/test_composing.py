"""What people send takes no longer to put in order than it is long."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.composing import LONGER, MOST_MARKS, compose
from hubbub.domain.names import check_channel_name, check_topic, check_user_name, name_key
from hubbub.domain.query import Span
from hubbub.domain.texts import check_text
from hubbub.errors import Refused

MARKS = "\u0345\u0300\u0323\u0334"  # of classes that change places when they are put in order


@given(st.text(max_size=50))
def test_it_is_nfc(text: str) -> None:
    assert compose(text, 50) == unicodedata.normalize("NFC", text)


def test_as_many_marks_as_any_language_needs_may_stand_in_a_row() -> None:
    assert compose("a" + "\u0323" * MOST_MARKS, 100)
    with pytest.raises(ValueError, match="marks"):
        compose("a" + "\u0323" * (MOST_MARKS + 1), 100)


def test_a_text_that_composing_cannot_make_short_enough_is_not_composed() -> None:
    assert compose("é" * LONGER * 10, 10)
    with pytest.raises(ValueError, match="long"):
        compose("é" * (LONGER * 10 + 1), 10)


def test_marks_without_end_are_refused_wherever_they_are_sent() -> None:
    hostile = "a" + MARKS * 100
    checks: dict[Callable[[], str], str] = {
        lambda: check_text(hostile, 4000): "bad_text",
        lambda: check_text(hostile * 1000, 4000): "text_too_long",
        lambda: check_user_name(hostile): "bad_name",
        lambda: check_channel_name(hostile): "bad_channel_name",
        lambda: check_topic(hostile): "bad_topic",
    }
    for check, code in checks.items():
        with pytest.raises(Refused) as refused:
            check()
        assert refused.value.code == code


def test_the_key_of_an_endless_name_is_that_of_nobody() -> None:
    assert len(name_key("a" + MARKS * 100_000)) < 1000
    assert len(name_key("x" * 1_000_000)) > 60


def test_times_within_times_may_begin_with_the_first_millisecond_there_is() -> None:
    assert Span(until=0).within(Span(until=5)) == Span(until=0)
    assert Span(since=0).within(Span(since=5, until=9)) == Span(since=5, until=9)
