"""What may be said."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.texts import MAX_PASSWORD, MIN_PASSWORD, check_emoji, check_key, check_password, check_text
from hubbub.errors import Refused

LIMIT = 100


def answer(check: Callable[[str], str], text: str) -> tuple[str | None, str | None]:
    """What the check takes the text as, or the code it refuses it with."""
    try:
        return check(text), None
    except Refused as refused:
        return None, refused.code


@given(st.text(st.characters(), max_size=130))
def test_any_text_is_refused_or_storable_and_taken_unchanged_again(text: str) -> None:
    taken, refused = answer(lambda given: check_text(given, LIMIT), text)
    assert refused in {None, "bad_text", "text_too_long"}
    if taken is not None:
        assert check_text(taken, LIMIT) == taken
        assert 1 <= len(taken) <= LIMIT
        assert "\r" not in taken
        assert unicodedata.is_normalized("NFC", taken)
        taken.encode()


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u3000", "\r\n"])
def test_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_text(text, LIMIT)
    assert refusal.value.code == "bad_text"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x0b", "\ud800"], ids=ascii)
def test_what_cannot_be_stored_or_seen_is_refused(char: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_text(f"a{char}b", LIMIT)
    assert refusal.value.code == "bad_text"


def test_indentation_and_inner_newlines_stay() -> None:
    assert check_text("  if x:\r\n\treturn\r\n\r\n", LIMIT) == "  if x:\n\treturn"


def test_length_counts_code_points_after_trimming() -> None:
    assert check_text("😀" * LIMIT + "  \n", LIMIT) == "😀" * LIMIT
    with pytest.raises(Refused, match="101 characters") as refusal:
        check_text("x" * (LIMIT + 1), LIMIT)
    assert refusal.value.code == "text_too_long"


@pytest.mark.parametrize("emoji", ["👍", "❤️", "🎉", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪", "1️⃣", "#️⃣", "☕", "👩🏽‍🚀", "✅", "‼️", "™️"])
def test_an_emoji_of_any_make_is_taken(emoji: str) -> None:
    assert check_emoji(emoji) == emoji


@pytest.mark.parametrize(
    "emoji", ["", "a", ":)", "1", "12", "\u200d", "\ufe0f", "<b>", " 👍", "👍 ", "汉", "👍" * 17, "\n"]
)
def test_what_is_no_emoji_is_refused(emoji: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_emoji(emoji)
    assert refusal.value.code == "bad_emoji"


@given(st.text(max_size=20))
def test_any_text_is_an_emoji_or_refused_and_never_holds_markup(text: str) -> None:
    taken, refused = answer(check_emoji, text)
    assert refused in {None, "bad_emoji"}
    if taken is not None:
        assert not set(taken) & set("<>&\"'` \n")
        taken.encode()


@given(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True))
def test_a_key_of_safe_characters_is_taken(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize("key", ["", "a b", "a\n", "ä", "x" * 65, "a/b"])
def test_any_other_key_is_refused(key: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_key(key)
    assert refusal.value.code == "bad_key"


def test_a_key_may_be_left_out() -> None:
    assert check_key(None) is None


@pytest.mark.parametrize(
    "password", ["short", "x" * (MAX_PASSWORD + 1), "password", "PassWord1", "aaaaaaaaaa", "Ana-Maria"]
)
def test_a_guessable_password_is_refused(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_password(password, "ana-maria")
    assert refusal.value.code == "bad_password"


@pytest.mark.parametrize("password", ["correct horse", "密码密码密码密码", "  spaced  ", "x1" * (MAX_PASSWORD // 2)])
def test_a_password_is_kept_as_it_was_typed(password: str) -> None:
    assert check_password(password, "ana") == password


def test_eight_characters_are_enough() -> None:
    assert check_password("xq7Kp2mZ", "ana")
    assert len("xq7Kp2mZ") == MIN_PASSWORD
