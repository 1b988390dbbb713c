"""What pages say of themselves, in whatever they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.links.charsets import decode, find_codec
from hubbub.links.pages import MAX_TEXT, MAX_TITLE, Page, read_page


def test_open_graph_comes_before_the_rest() -> None:
    page = read_page(
        """<html><head><title>Plain</title><meta name="description" content="words">
        <meta property="og:title" content="Tides &amp; moons"><meta content='Own words' property=og:description />
        <meta name="twitter:title" content="Bird"><meta property="og:site_name" content="The sea">
        <meta property="og:image" content="/moon.png"></head><body><meta property="og:title" content="late">"""
    )
    assert page == Page("Tides & moons", "Own words", "The sea", "/moon.png")


def test_a_page_with_a_title_alone_has_a_preview() -> None:
    assert read_page("<!doctype html><title>\n Tides\u202e </title>") == Page("Tides")


@pytest.mark.parametrize(
    "text",
    [
        "", "words", "<title></title>", "<title>", "<title> \u200b </title>", "<!-- <title>a</title>",
        "<script>'<title>a</title>'</script>", "<meta property=og:title>", "</head><title>late</title>",
    ],
)  # fmt: skip
def test_a_page_without_a_title_has_none(text: str) -> None:
    assert read_page(text) is None


def test_what_stands_in_scripts_and_comments_is_not_read() -> None:
    text = "<!--<meta property=og:title content=no>--><SCRIPT>var a='<title>no</title>'</script><title>yes</title>"
    assert read_page(text) == Page("yes")


def test_a_page_that_asks_not_to_be_quoted_is_shy() -> None:
    page = read_page('<title>a</title><meta name="robots" content="noarchive, nosnippet">')
    assert page is not None
    assert page.shy


def test_what_is_too_long_is_cut() -> None:
    page = read_page(f"<title>{'a' * 999}</title><meta name=description content='{'b' * 2000}'>")
    assert page is not None
    assert (len(page.title), len(page.text)) == (MAX_TITLE, MAX_TEXT)


@given(
    st.lists(st.sampled_from(["<meta ", "<title>", "</title>", "<!--", "-->", "a=", '"', "'", ">", "<script>", "x"]))
)
def test_whatever_is_written_is_read(pieces: list[str]) -> None:
    page = read_page("".join(pieces))
    assert page is None or page.title


@pytest.mark.parametrize("tag", ["<meta ", "<meta a='", "<title>", "<!--", "<script>", "<meta a" + " " * 4000])
def test_a_page_of_nothing_but_beginnings_is_read_in_one_walk(tag: str) -> None:
    assert read_page(tag * (500_000 // len(tag))) is None


@pytest.mark.parametrize(
    ("codec", "told", "meta"),
    [
        ("gbk", "gb2312", ""), ("gbk", "", "GBK"), ("gb18030", "", "gb18030"), ("big5", "big5", ""),
        ("big5", "", "Big5"), ("utf-8", "", ""), ("utf-8", "", "utf-8"), ("utf-16", "", ""), ("utf-8-sig", "gbk", ""),
    ],
)  # fmt: skip
def test_chinese_is_read_as_it_was_written(codec: str, told: str, meta: str) -> None:
    text = f'<meta charset="{meta}"><title>潮汐中文</title>' if meta else "<title>潮汐中文</title>"
    assert read_page(decode(text.encode(codec), told)) == Page("潮汐中文")


def test_an_old_western_page_is_read_too() -> None:
    assert read_page(decode("<title>Müller – “Café”</title>".encode("cp1252"), "iso-8859-1")) == Page("Müller – “Café”")


@pytest.mark.parametrize(
    "label", ["zip", "rot13", "idna", "unicode_escape", "punycode", "hex", "nothing", "x" * 999, "é"]
)
def test_what_is_no_writing_is_not_decoded(label: str) -> None:
    assert find_codec(label) is None


@given(st.binary(max_size=300), st.text(max_size=20))
def test_whatever_bytes_come_are_text(body: bytes, told: str) -> None:
    assert isinstance(decode(body, told), str)
