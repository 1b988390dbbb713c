"""Addresses taken apart: what may be asked for, before the network is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.links.targets import read_target

PORTS = (80, 443)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)", "//example.org/",
        "http://", "http:///path", "http://user@example.org/", "http://user:word@example.org/",
        "http://example.org:22/", "http://example.org:6379/", "http://example.org:99999/",
        "http://localhost/", "http://LOCALHOST./", "http://app.localhost/", "http://printer.local/", "http://wiki/",
        "http://metadata.google.internal/", "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.0.0.1/",
        "http://0x7f000001/", "http://127.1/", "http://1.1.1.1.1/", "http://example.123/", "http://[::1%25lo]/",
        "http://exa mple.org/", "http://example.org\\@127.0.0.1/", "http://exam\tple.org/", "http://-a.example/",
        "http://example..org/", "http://" + "a" * 64 + ".org/", "http://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_public_page_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_target(url, PORTS)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://例子.测试/路", "https://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF"),
        ("http://example.org./", "http://example.org/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        # Full-width digits are digits to whoever reads the name.
        ("http://127.0.0.1/", "http://127.0.0.1/"),
    ],
)
def test_an_address_is_asked_for_in_its_one_spelling(url: str, read: str) -> None:
    assert read_target(url, PORTS).url == read


def test_full_width_digits_are_an_address_and_no_name() -> None:
    assert read_target("http://１２７.０.０.１/", PORTS).host == "127.0.0.1"


@given(st.text(max_size=60))
def test_what_is_read_once_reads_the_same_again(text: str) -> None:
    try:
        target = read_target(f"http://{text}", PORTS)
    except ValueError:
        return
    assert read_target(target.url, PORTS) == target
