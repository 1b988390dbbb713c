"""Whether a message is what was asked for, where in its text, and how that is shown."""

from __future__ import annotations

from datetime import UTC, date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.finding import Scope
from hubbub.domain.matching import EXCERPT, Candidate, cut_excerpt, find_spans
from hubbub.domain.query import parse_query
from hubbub.domain.spelling import distance, edits

HERE = Scope(frozenset(["c"]))


def spans(q: str, text: str, scope: Scope = HERE, *, edited: bool = False, reacted: bool = False) -> list[str] | None:
    """The pieces of the text that were found."""
    candidate = Candidate("c", "ann", 1_795_392_000_000, text, edited, reacted)
    found = find_spans(parse_query(q, UTC, date(2026, 11, 23)), scope, candidate)
    return None if found is None else [text[start:end] for start, end in found]


@pytest.mark.parametrize(
    ("q", "text", "found"),
    [
        ("发布会", "我们开发布会议", ["发布会"]),
        ("deploy", "Deploying, deployed!", ["Deploying", "deployed"]),
        ('"a b"', "a, b and A-B", ["a, b", "A-B"]),
        ("会 议", "会议", ["会议"]),
        ("b a", "a x b", ["a", "b"]),
        ("a b", "a x c", None),
        ("a -x", "a x", None),
        ("a -x", "a y", ["a"]),
        ("plo*", "plot deploy", ["plot"]),
        ("has:link", "see www.x.y", []),
        ("has:code", "`x`", []),
        ("has:code", "it`s", None),
        ("has:edited", "x", None),
        ("on:2026-11-23", "x", []),
        ("on:2026-11-22", "x", None),
        ("-on:2026-11-23", "x", None),
        ("ｆｕｌｌ", "Ｆｕｌｌ width", ["Ｆｕｌｌ"]),
    ],
)
def test_what_matches_and_where(q: str, text: str, found: list[str] | None) -> None:
    assert spans(q, text) == found


def test_only_what_is_in_the_scope_matches() -> None:
    assert spans("x", "x", Scope(frozenset(["other"]))) is None
    assert spans("x", "x", Scope(frozenset(["c"]), authors=frozenset(["bo"]))) is None
    assert spans("x", "x", Scope(frozenset(["c"]), not_authors=frozenset(["ann"]))) is None
    assert spans("x has:edited has:reaction", "x", edited=True, reacted=True) == ["x"]


@given(st.text("ab 会", max_size=600), st.text("ab会", min_size=1, max_size=2))
def test_an_excerpt_is_a_part_of_the_text_that_shows_what_was_found(text: str, q: str) -> None:
    found = find_spans(parse_query(q, UTC, date(2026, 11, 23)), HERE, Candidate("c", "ann", 0, text, False, False))
    pieces = cut_excerpt(text, found or [])
    whole = "".join(piece for piece, _ in pieces)
    assert whole.strip("…") in text
    assert len(whole) <= EXCERPT + 40
    assert any(hit for _, hit in pieces) == bool(found)
    assert whole == text or "…" in whole


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_what_is_one_slip_away_is_at_distance_one(first: str, second: str) -> None:
    assert (distance(first, second, 1) == 1) == (second in set(edits(first)) - {first})
    assert distance(first, second, 2) == distance(second, first, 2)
