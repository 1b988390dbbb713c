"""Whom a text names: names end where words end, or anywhere in scripts without spaces; code names nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.mentions import MAX_NAMED, MAX_SPELLINGS, find_named, read_wide
from hubbub.domain.names import name_key

KNOWN = ("ann", "anna", "Bo.Lee", "小明", "小明明", "李", "민수", "josé", "dash-", "release notes", "general", "闲聊")


def named(text: str) -> list[str]:
    """The longest known name at each place, as it is written."""
    keys = {name_key(name) for name in KNOWN}
    found = (next((written for written, key in each.spellings if key in keys), None) for each in find_named(text))
    return [written for written in found if written is not None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@ann hi", ["@ann"]),
        ("hi @Ann.", ["@Ann"]),
        ("(@ann, @anna)", ["@ann", "@anna"]),
        ("@annabel", []),
        ("@ann.com @ann-x", []),
        ("@bo.lee... well", ["@bo.lee"]),
        ("@ANN's", ["@ANN"]),
        ("@José", ["@José"]),
        ("bo@ann x@anna.org /@ann \\@ann", []),
        ("**@ann** and _@anna_", ["@ann"]),
        ("请问@小明你好", ["@小明"]),
        ("@小明明天来", ["@小明明"]),
        ("@小明ok", ["@小明"]),
        ("@李，@小明。", ["@李", "@小明"]),
        ("@민수야", ["@민수"]),
        ("＠小明", ["＠小明"]),
        ("#general #release notes are out", ["#general", "#release notes"]),
        ("# general", []),
        ("去#闲聊说", ["#闲聊"]),
        ("#generally", []),
        ("`@ann` and ``a ` @ann`` but @anna", ["@anna"]),
        ("`@ann", ["@ann"]),
        ("```\n@ann\n```\n@anna", ["@anna"]),
        ("~~~\n@ann", []),
        ("https://example.org/@ann#general [x](#general) <mailto:a@ann>", []),
        ("[see @ann](https://example.org/@anna)", ["@ann"]),
    ],
)
def test_names_are_found_where_people_mean_them(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@channel", ("@channel", "channel")),
        ("@ALL!", ("@ALL", "channel")),
        ("@here", ("@here", "here")),
        ("@所有人看一下", ("@所有人", "channel")),
        ("@hereby", None),
        ("#channel", None),
    ],
)
def test_some_words_stand_for_everybody(text: str, expected: tuple[str, str] | None) -> None:
    spellings = [spelling for each in find_named(text) if each.sign == "@" for spelling in each.spellings]
    wide = [(written, read_wide(key)) for written, key in spellings if read_wide(key)]
    assert wide == ([expected] if expected else [])


def test_what_is_looked_for_is_bounded() -> None:
    assert len(find_named("@a " * 5000)) == MAX_NAMED
    names = find_named(("#" + "一" * 60) * 500)
    assert sum(len(each.spellings) for each in names) < MAX_SPELLINGS + 60


@pytest.mark.parametrize("text", ["#a `b` c", "#a https://b.example c", "#a [b](c) d", "#:`:`:", "#a\n```\nb\n```\nc"])
def test_a_name_ends_where_code_or_an_address_begins(text: str) -> None:
    [named] = find_named(text)
    assert all(text.startswith(written, named.at) for written, _ in named.spellings)
    assert not any("c" in written or written.endswith(":`") for written, _ in named.spellings)


@given(st.text(alphabet="@#`~a明 \n._-\\/[]()<>:h", max_size=200))
def test_any_text_is_read_and_every_spelling_stands_where_it_says(text: str) -> None:
    for each in find_named(text):
        for written, key in each.spellings:
            assert text.startswith(written, each.at)
            assert key == name_key(written[1:])
