"""Words of a text for searching, the same for every engine: one sequence of tokens, each with its place in the text.

What is a token:
- every Chinese character, kana, hangul syllable and bopomofo letter is one of its own, and so is every letter of the
  other scripts that write words without spaces between (Thai, Lao, Khmer, Burmese) with its marks;
- a run of other letters and digits is one: `v2`, `0x1f`, `utf8`. Anything else ends it, so identifiers, versions and
  addresses fall apart where people see a seam: `foo_bar`, `v1.2` and `a-b` are two tokens each, one behind the other.
  An English contraction stays with its word (`don't`), and `c++`, `c#` are one;
- an emoji is one, whatever skin colour or variation it has, a flag or a family as well.

How it is written: NFKC, case folded, accents taken off, English words stemmed (the Snowball stemmer; words of other
languages it leaves alone or cuts alike wherever they stand). At most `MAX_TOKEN` characters; what follows is cut off.

Invariants: pure; the same for any Unicode form of a text; a token has no whitespace and, of ASCII, nothing but a-z, 0-9
and '+#, so that the whitespace analyser of one engine and the ascii tokenizer of another take it as it is. Whoever
changes what comes out counts `VERSION` up: indexes built with another are built anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from Stemmer import Stemmer

VERSION: Final = 1
MAX_TOKEN: Final = 64
# English has no shorter word that a stem is taken of, and what is longer is no word.
_STEMMED: Final = re.compile(r"[a-z][a-z']{2,29}\Z")
# Words whose token is kept: most of what is written is written again.
_KEPT: Final = 1 << 16

_HAN: Final = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA: Final = "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_HANGUL_BOPOMOFO: Final = "\u1100-\u11ff\u3105-\u312f\u31a0-\u31bf\ua960-\ua97f\uac00-\ud7ff"
_CJK: Final = _HAN + _KANA + _HANGUL_BOPOMOFO
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED_MARKS: Final = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u105e-\u1060"
    "\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd"
)
# Signs that belong to the letter before: accents, points, and the vowels of India's scripts.
_MARKS: Final = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957"
    "\u0962\u0963\u0980-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a75"
    "\u0a81-\u0a83\u0abc\u0abe-\u0acd\u0ae2\u0ae3\u0b01-\u0b03\u0b3c\u0b3e-\u0b57\u0b62\u0b63\u0b82\u0bbe-\u0bcd"
    "\u0bd7\u0c00-\u0c04\u0c3c\u0c3e-\u0c56\u0c62\u0c63\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6\u0ce2\u0ce3\u0d00-\u0d03"
    "\u0d3b\u0d3c\u0d3e-\u0d4d\u0d57\u0d62\u0d63\u0d81-\u0d83\u0dca-\u0ddf\u200c\u200d"
)
_PICTURE: Final = (
    "[\u231a-\u23ff\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_EMOJI: Final = (
    "[\U0001f1e6-\U0001f1ff]{2}"
    f"|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
    f"(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)
_CONTRACTION: Final = r"(?:['\u2019](?:s|t|re|ve|ll|d|m)(?!\w))?"
_SHARP: Final = r"(?<!\w)[a-z](?:\+\+|\#)(?!\w)"
_TOKEN: Final = re.compile(
    rf"[{_CJK}][\u3099\u309a]?|[{_UNSPACED}][{_UNSPACED_MARKS}]*|{_EMOJI}|(?i:{_SHARP})"
    rf"|(?:[^\W_{_CJK}{_UNSPACED}][{_MARKS}]*)+(?i:{_CONTRACTION})"
)
_ASCII_TOKEN: Final = re.compile(rf"{_SHARP}|[a-z0-9]+{_CONTRACTION}", re.ASCII)
_SINGLE: Final = re.compile(f"[{_CJK}][\u3099\u309a]?")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_NOT_MEANT: Final = re.compile("[\ufe0f\u200c\U0001f3fb-\U0001f3ff]")
# What composes with the character before it, though Unicode gives it no combining class.
_FOLLOWS: Final = re.compile(
    "[\uff9e\uff9f\u1160-\u11ff\u09be\u09d7\u0b3e\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57]"
)
# What NFKC does to full-width letters, digits and signs, one for one; done first, because in Chinese texts they are all
# that is not NFKC already.
_WIDE: Final = str.maketrans(
    {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)} | {"\u3000": " ", "\u2026": " "}
)


class Token(NamedTuple):
    """A word as it is searched for, and where in the text it stands: `start` ≤ place < `end`, in code points."""

    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, in order."""
    if text.isascii():
        return [Token(_write(match[0]), *match.span()) for match in _ASCII_TOKEN.finditer(text.lower())]
    text = text.translate(_WIDE)
    if unicodedata.is_normalized("NFKC", text):
        return [Token(_write(match[0]), *match.span()) for match in _TOKEN.finditer(text)]
    normal, starts, ends = _normalize(text)
    return [Token(_write(match[0]), starts[match.start()], ends[match.end() - 1]) for match in _TOKEN.finditer(normal)]


def texts_of(text: str) -> list[str]:
    """The tokens without their places, for an index; much quicker."""
    if text.isascii():
        return [_write(found) for found in _ASCII_TOKEN.findall(text.lower())]
    text = text.translate(_WIDE)
    if not unicodedata.is_normalized("NFKC", text):
        text = _normalize(text)[0]
    return [_write(found) for found in _TOKEN.findall(text)]


def pairs(tokens: Sequence[str]) -> list[str]:
    """Two single characters next to each other in the sequence, whatever stands between them in the text: a phrase of
    such characters is only where all its pairs are. To narrow, never to decide."""
    singles = [token if is_single(token) else None for token in tokens]
    return [first + second for first, second in pairwise(singles) if first and second]


@lru_cache(_KEPT)
def is_single(token: str) -> bool:
    """Whether the token is one character of a script whose words have no spaces between (Chinese, Japanese, Korean)."""
    return len(token) <= 2 and _SINGLE.fullmatch(token) is not None


def fold(word: str) -> str:
    """The word as it is searched for, but not stemmed."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.casefold().replace("\u2019", "'")))
    return unicodedata.normalize("NFC", bare)[:MAX_TOKEN]


@lru_cache(_KEPT)
def _write(matched: str) -> str:
    if _SINGLE.match(matched):
        return matched
    folded = matched.lower() if matched.isascii() else fold(_NOT_MEANT.sub("", matched))
    if not _STEMMED.match(folded):
        return folded[:MAX_TOKEN]
    # A stemmer holds the word it works on: one for all threads would mix them up. To make one costs little, its own
    # memory of words (the 0) more than it brings.
    stem: str = Stemmer("english", 0).stemWord(folded)
    return stem


def _normalize(text: str) -> tuple[str, list[int], list[int]]:
    """The text in NFKC, and where each of its characters comes from: one may come from several, several from one."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    begin = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and (unicodedata.combining(text[place]) or _FOLLOWS.match(text[place])):
            continue
        part = unicodedata.normalize("NFKC", text[begin:place])
        parts.append(part)
        starts += [begin] * len(part)
        ends += [place] * len(part)
        begin = place
    return "".join(parts), starts, ends
