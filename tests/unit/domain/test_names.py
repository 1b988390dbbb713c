"""What may be a name, and when two are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.names import (
    MAX_CHANNEL_NAME,
    MAX_TOPIC,
    MAX_USER_NAME,
    check_channel_name,
    check_topic,
    check_user_name,
    name_key,
)
from hubbub.errors import Refused

CHECKS = [(check_user_name, "bad_name"), (check_channel_name, "bad_channel_name"), (check_topic, "bad_topic")]
# What could hide in a name: controls, bidirectional marks, zero width, separators, surrogates, private use.
UNSEEN = [
    "\x00",
    "\n",
    "\x1b",
    "\u202e",
    "\u200b",
    "\u200d",
    "\u2066",
    "\ufeff",
    "\u2028",
    "\u2029",
    "\ud800",
    "\ue000",
]


def answer(check: Callable[[str], str], text: str) -> tuple[str | None, str | None]:
    """What the check takes the text as, or the code it refuses it with."""
    try:
        return check(text), None
    except Refused as refused:
        return None, refused.code


@pytest.mark.parametrize("name", ["ana", "Ana-Li", "bo_2", "李雷", "Žofie", "नमस्ते", "a.b", "2pac", "ß"])
def test_names_of_many_scripts_are_taken(name: str) -> None:
    assert check_user_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "-a", ".a", "_", "a@b", "a/b", "<b>", "😀", "a" * (MAX_USER_NAME + 1)]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_user_name(name)
    assert refusal.value.code == "bad_name"


@pytest.mark.parametrize("unseen", UNSEEN, ids=ascii)
@pytest.mark.parametrize(("check", "code"), CHECKS, ids=lambda value: getattr(value, "__name__", ""))
def test_no_name_or_topic_hides_anything(check: Callable[[str], str], code: str, unseen: str) -> None:
    if check is check_channel_name and unseen.isspace():
        assert check(f"a{unseen}b") == "a b"
        return
    with pytest.raises(Refused) as refusal:
        check(f"a{unseen}b")
    assert refusal.value.code == code


@pytest.mark.parametrize(("check", "code"), CHECKS, ids=lambda value: getattr(value, "__name__", ""))
@given(text=st.text())
def test_any_text_is_taken_or_refused_and_what_was_taken_is_taken_unchanged_again(
    check: Callable[[str], str], code: str, text: str
) -> None:
    taken, refused = answer(check, text)
    assert refused in {None, code}
    if taken is not None:
        assert check(taken) == taken
        assert "\n" not in taken
        taken.encode()  # storable: no surrogates


@given(st.text(min_size=1, max_size=80))
def test_a_channel_name_has_no_spaces_at_its_ends_or_doubled(text: str) -> None:
    taken, _ = answer(check_channel_name, text)
    if taken is not None:
        assert taken == " ".join(taken.split())
        assert 1 <= len(taken) <= MAX_CHANNEL_NAME


def test_a_topic_may_be_empty_but_not_endless() -> None:
    assert check_topic("  ") == ""
    assert check_topic("x" * MAX_TOPIC) == "x" * MAX_TOPIC
    with pytest.raises(Refused):
        check_topic("x" * (MAX_TOPIC + 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana", "aNA"), ("straße", "STRASSE"), ("ｆｕｌｌ", "full"), ("e\u0301", "\u00e9"), ("ﬁ", "FI"), ("Ⅳ", "iv")],
)
def test_names_that_look_the_same_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_different_names_stay_different() -> None:
    assert len({name_key(name) for name in ["ana", "anna", "ana1", "ána", "аna"]}) == 5


@given(st.text())
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert name_key(name_key(text)) == name_key(text)


@given(st.text())
def test_case_never_makes_another_name(text: str) -> None:
    assert name_key(text.casefold()) == name_key(text)
