"""A search as people write it, read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.query import MAX_QUERY, Has, Query, Span, Term, parse_query
from hubbub.errors import Refused

TODAY = date(2026, 11, 23)


def parse(text: str) -> Query:
    return parse_query(text, UTC, TODAY)


def ms(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "terms", "not_terms"),
    [
        ("deploy now", [("deploy",), ("now",)], []),
        ("发布会", [("发", "布", "会")], []),
        ('"foo bar" -baz', [("foo", "bar")], [("baz",)]),
        ('-"foo bar"', [], [("foo", "bar")]),
        ("“明天 下午” －会", [("明", "天", "下", "午")], [("会",)]),
        ("foo_bar", [("foo", "bar")], []),
        ("a - b", [("a",), ("b",)], []),
        ('"never closed', [("never", "close")], []),
        ('x"y z"w', [("x",), ("y", "z"), ("w",)], []),
        ("10:30 note:x", [("10", "30"), ("note", "x")], []),
        ("we're, (really)!", [("we'r",), ("realli",)], []),
    ],
)
def test_words_and_phrases(text: str, terms: list[tuple[str, ...]], not_terms: list[tuple[str, ...]]) -> None:
    query = parse(text)
    assert [term.tokens for term in query.terms] == terms
    assert [term.tokens for term in query.not_terms] == not_terms


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("deplo*", Term(("deplo",), prefix=True)),
        ("deploying*", Term(("deploy",), prefix=True)),
        ("happy*", Term(("happ",), prefix=True)),
        ("发布*", Term(("发", "布"))),
        ("foo-bar*", Term(("foo", "bar"))),
        ("Ｃａｆé＊", Term(("cafe",), prefix=True)),
    ],
)
def test_a_star_finds_words_that_begin_so(text: str, term: Term) -> None:
    assert parse(text).terms == (term,)


def test_a_term_knows_where_it_was_written() -> None:
    query = parse('  from:ann "happy days" xy* 会议')
    written = [[query.text[start:end] for start, end in term.places] for term in query.terms]
    assert written == [["happy", "days"], ["xy"], ["会", "议"]]


def test_names_are_taken_as_written() -> None:
    query = parse('from:@Ann -from：bo in:#general IN:"our room" -in:“别的 房间” from: cy')
    assert (query.authors, query.not_authors) == (("Ann", "cy"), ("bo",))
    assert (query.channels, query.not_channels) == (("general", "our room"), ("别的 房间",))


def test_what_a_message_has() -> None:
    query = parse("has:link HAS:Reactions -has:code")
    assert query.has == frozenset[Has](["link", "reaction"])
    assert query.not_has == frozenset[Has](["code"])


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("on:2026-11-05", Span(ms(2026, 11, 5), ms(2026, 11, 6))),
        ("on:2026-12", Span(ms(2026, 12, 1), ms(2027, 1, 1))),
        ("on:2026", Span(ms(2026, 1, 1), ms(2027, 1, 1))),
        ("on:２０２６/2/28", Span(ms(2026, 2, 28), ms(2026, 3, 1))),
        ("on:today", Span(ms(2026, 11, 23), ms(2026, 11, 24))),
        ("on:昨天", Span(ms(2026, 11, 22), ms(2026, 11, 23))),
        ("before:2026-11", Span(None, ms(2026, 11, 1))),
        ("after:2026-11-05", Span(ms(2026, 11, 6), None)),
        ("after:2026-01 before:2026-03", Span(ms(2026, 2, 1), ms(2026, 3, 1))),
        ("on:2026 on:2026-11 on:2025-12", Span(ms(2026, 11, 1), ms(2026, 1, 1))),
    ],
)
def test_days_months_and_years(text: str, span: Span) -> None:
    assert parse(text).span == span


def test_a_day_may_have_23_or_25_hours() -> None:
    zone = ZoneInfo("Europe/Berlin")
    spring, autumn = (parse_query(f"on:2026-{day}", zone, TODAY).span for day in ("03-29", "10-25"))
    hours = [((span.until or 0) - (span.since or 0)) // 3_600_000 for span in (spring, autumn)]
    assert hours == [23, 25]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Say what to search for."),
        ("!!! - ?", "Say what to search for."),
        ("from:", "from: what?"),
        ('in:""', "in: what?"),
        ("has:wings", "has:wings: only link"),
        ("on:2026-13", "on:2026-13: write a day"),
        ("before:2026-02-30", "before:2026-02-30: write a day"),
        ("after:9999", "after:9999: write a day"),
        ("x*", "x*: write at least 2 characters before the star."),
        ("x" * (MAX_QUERY + 1), "The search has 501 characters"),
        ("a " * 21, "That is too much"),
        ("会" * 61, "That is too much"),
        ("has:link " * 21, "That is too much"),
    ],
)
def test_what_cannot_be_understood_is_said(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.code == "bad_query"
    assert refused.value.message.startswith(said)


def parse_if_understood(text: str) -> Query:
    """One that asks for nothing when refused; any other error is one."""
    try:
        return parse(text)
    except Refused:
        return Query()


@given(st.text(max_size=80) | st.text('ab会"“”：:-* \tfrominhasonbefore', max_size=40))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    query = parse_if_understood(text)
    for term in (*query.terms, *query.not_terms):
        assert term.tokens
        assert len(term.places) == len(term.tokens)
        assert all(0 <= start < end <= len(query.text) for start, end in term.places)
