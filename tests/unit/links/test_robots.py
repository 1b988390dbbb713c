"""What sites ask programs not to fetch, kept small however much they write."""

from __future__ import annotations

import pytest

from hubbub.links.robots import MOST_RULES, TOKEN, read_rules

SITE = "https://example.org"


@pytest.mark.parametrize(
    ("file", "path", "welcome"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /a", "/b", True),
        ("User-agent: Other\nDisallow: /", "/a", True),
        (f"User-agent: {TOKEN}\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        (f"User-agent: *\nDisallow: /\n\nUser-agent: {TOKEN}\nAllow: /", "/a", True),
        ("User-agent: Other\nUser-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /a # not here\nUser-agent: Other\nDisallow: /b", "/b", True),
        ("Disallow: /a", "/a", True),
        ("\ufeffgarbage\x00: :\nUser-agent\nDisallow: /", "/a", True),
    ],
)
def test_a_file_speaks_to_us_by_name_or_to_all(file: str, path: str, welcome: bool) -> None:
    assert read_rules(file.encode()).can_fetch(TOKEN, SITE + path) is welcome


def test_of_a_file_of_thousands_of_rules_the_first_are_kept() -> None:
    lines = ["user-agent: *", *(f"disallow: /{number}/" for number in range(5000))]
    rules = read_rules("\n".join(lines).encode())
    assert not rules.can_fetch(TOKEN, f"{SITE}/{MOST_RULES - 1}/")
    assert rules.can_fetch(TOKEN, f"{SITE}/{MOST_RULES}/")
