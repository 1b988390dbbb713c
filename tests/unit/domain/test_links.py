"""Finding the links of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.links import MAX_URL, find_links

URL = "https://example.org/a"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (f"see {URL}.", [URL]),
        (f"({URL})", [URL]),
        (f"[words]({URL}), and more", [URL]),
        (f"[{URL}]({URL})", [URL]),
        (f"<{URL}>", [URL]),
        (f"看{URL}，然后", [URL]),
        (f"看{URL}。", [URL]),
        ("https://example.org/a_(b)", ["https://example.org/a_(b)"]),
        (f"`{URL}`", []),
        (f"```\n{URL}\n```", []),
        (f"```\n{URL}", []),
        ("ftp://example.org", []),
        ("javascript://example.org", []),
        ("https://", []),
        (f"{URL} {URL}", [URL]),
        (
            "https://a.example https://b.example https://c.example https://d.example",
            ["https://a.example", "https://b.example", "https://c.example"],
        ),
        ("https://example.org/" + "x" * MAX_URL, []),
    ],
)
def test_a_link_is_found_as_it_is_written(text: str, links: list[str]) -> None:
    assert find_links(text, 3) == links


@given(st.text(alphabet="htps:/.a()[]`<> \n。", max_size=400))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    assert all(link in text for link in find_links(text, 10))
