"""The form of what is posted besides a text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.new_parts import MAX_FILE_NAME
from hubbub.domain.posting import check_file_name, check_url
from hubbub.errors import Refused


@given(st.text(max_size=300))
def test_a_name_that_is_taken_is_one_visible_line_and_no_path(name: str) -> None:
    try:
        kept = check_file_name(name)
    except Refused as refused:
        assert refused.code == "bad_file_name"  # noqa: PT017
        return
    assert 1 <= len(kept) <= MAX_FILE_NAME
    assert not set(kept) & set('/\\:*?"<>|\n\r\0\u202e')
    assert kept not in (".", "..")
    assert unicodedata.is_normalized("NFC", kept)
    assert check_file_name(kept) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert check_file_name("x" * 300 + ".pdf") == "x" * (MAX_FILE_NAME - 4) + ".pdf"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//example.org",
        "http://",
        "https://[",
        "https://example.org/ x",
        'https://example.org/"onclick=',
        "ftp://example.org",
    ],
)
def test_an_address_that_is_none_or_could_run_is_refused(url: str) -> None:
    with pytest.raises(Refused, match="bad_part"):
        check_url(url)


def test_an_address_is_taken_as_it_is() -> None:
    for url in ("", "https://meet.example.org/a?b=c#d", "http://127.0.0.1:8000/x"):
        assert check_url(url) == url
