"""Texts as tokens: the same for every engine, in every form a text may have, each with its place."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub.domain.tokens import MAX_TOKEN, is_single, pairs, texts_of, tokenize

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Deploying now", ["deploy", "now"]),
        ("发布会 now", ["发", "布", "会", "now"]),
        ("カタカナ", ["カ", "タ", "カ", "ナ"]),
        ("안녕", ["안", "녕"]),
        ("foo_bar v1.2", ["foo", "bar", "v1", "2"]),
        ("don't John’s", ["don't", "john"]),
        ("C++ c# F#", ["c++", "c#", "f#"]),
        ("Café Straße ﬁne", ["cafe", "strass", "fine"]),
        ("ＡＢＣ１２，ok", ["abc12", "ok"]),
        ("👍🏽 ❤️ 🇨🇳", ["👍", "❤", "🇨🇳"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("https://a.example/b", ["https", "a", "exampl", "b"]),
        ("...!? — ", []),
    ],
)
def test_a_text_falls_apart_as_documented(text: str, tokens: list[str]) -> None:
    assert texts_of(text) == tokens


def test_a_token_knows_its_place_in_the_text_as_it_was_written() -> None:
    text = "ｶﾞ “Ｄｅｐｌｏｙｓ” ㍿会"
    assert [(token.text, text[token.start : token.end]) for token in tokenize(text)] == [
        ("ガ", "ｶﾞ"),
        ("deploy", "Ｄｅｐｌｏｙｓ"),
        ("株", "㍿"),
        ("式", "㍿"),
        ("会", "㍿"),
        ("社", "㍿"),
        ("会", "会"),
    ]


def test_pairs_are_of_single_characters_next_to_each_other_in_the_sequence() -> None:
    assert pairs(texts_of("发布，会 now 议程")) == ["发布", "布会", "议程"]


@given(texts)
@example("'s")
@example("Ａ\u0301b")
def test_tokens_are_what_every_analyser_takes_as_it_is(text: str) -> None:
    for token in texts_of(text):
        assert 0 < len(token) <= MAX_TOKEN
        assert token.split() == [token]
        assert all(char in "abcdefghijklmnopqrstuvwxyz0123456789'+#" for char in token if char.isascii())


@given(texts)
def test_places_are_in_the_text_and_never_go_back(text: str) -> None:
    before = 0
    for token in tokenize(text):
        assert before <= token.start < token.end <= len(text)
        before = token.start
    assert [token.text for token in tokenize(text)] == texts_of(text)


@given(texts)
def test_tokens_are_found_again_in_themselves(text: str) -> None:
    """A single character stays what it is, whatever stands beside it."""
    for token in texts_of(text):
        if is_single(token):
            assert texts_of(token) == [token]


@given(st.text("aéüñçеёй字がガ안한글 .'-", max_size=20))
def test_the_form_of_a_text_does_not_matter(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert texts_of(composed) == texts_of(unicodedata.normalize("NFD", text))


def test_a_new_stemmer_that_stems_otherwise_is_noticed() -> None:
    """When it fails after an update: count tokens.VERSION up, so that indexes are built anew, and write them down."""
    words = "running, flies, happily, generously, university, argument's, skies, dying, early, singly"
    assert texts_of(words) == [
        "run", "fli", "happili", "generous", "universiti", "argument", "sky", "die", "earli", "singl"
    ]  # fmt: skip
