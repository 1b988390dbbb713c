"""Who and what a text names: `@ann`, `@channel`, `#general`. Pure; who is meant is looked up by the store.

Invariants:
1. Nothing within code, an address or a Markdown link's destination names anybody.
2. A name is the longest there is: `@anna` is not `ann`. In a script without spaces a name may end anywhere, so
   `@小明你好` names 小明; of two names that fit, the longer.
3. What is looked for is bounded (`MAX_NAMED`, `MAX_SPELLINGS`), and time is linear in the text's length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from hubbub.domain.names import MAX_CHANNEL_NAME, MAX_USER_NAME, name_key

Wide: TypeAlias = Literal["channel", "here"]

# Signs looked at in one text, and names that they may stand for altogether.
MAX_NAMED: Final = 100
MAX_SPELLINGS: Final = 1000

# What stands for everybody, in the languages the pages speak. Nobody can take these names away from all others.
_EVERYBODY: Final[dict[str, Wide]] = {
    **dict.fromkeys(("channel", "all", "everyone", "所有人", "全体成员"), "channel"),
    **dict.fromkeys(("here", "在线"), "here"),
}

_SEPARATORS: Final = "._-"
# Han, kana, bopomofo, hangul: what is written without spaces, or takes endings without one.
_UNSPACED: Final = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\uff66-\uffdc\U0001b000-\U0001b2ff\U00020000-\U0003ffff]"
)
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})[^\n]*$", re.MULTILINE)
_BACKTICKS: Final = re.compile(r"`+")
_ADDRESS: Final = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s<>]*|\]\([^\s()]{0,2000}\)|<[^\s<>]{1,2000}>")
_SIGN: Final = re.compile(r"[@#＠＃]")
# Stands for each character that names nobody. No name goes over a line's end: with spaces instead, "#a `b` c" would be
# looked up as the channel "a c", and its spelling stand nowhere in the text.
_GAP: Final = "\n"


@dataclass(frozen=True, slots=True)
class Named:
    """A place in a text that may name somebody: `spellings` are what may be meant, each with the key to look it up by,
    the longest first; `at` is where the sign stands (code points)."""

    sign: Literal["@", "#"]
    at: int
    spellings: tuple[tuple[str, str], ...]


def find_named(text: str) -> list[Named]:
    """All places that may name somebody or a channel, in order."""
    if not _SIGN.search(text):
        return []
    plain = _without_code(text)
    found: list[Named] = []
    spellings = 0
    for match in _SIGN.finditer(plain):
        if len(found) == MAX_NAMED or spellings >= MAX_SPELLINGS:
            break
        at = match.start()
        if not _may_begin(plain, at):
            continue
        sign: Literal["@", "#"] = "@" if match[0] in "@＠" else "#"
        possible = tuple(_spellings(plain, at, sign))
        if possible:
            found.append(Named(sign, at, possible))
            spellings += len(possible)
    return found


def read_wide(key: str) -> Wide | None:
    """Which of the two a name stands for, by its key; None: it is one like others."""
    return _EVERYBODY.get(key)


def _may_begin(text: str, at: int) -> bool:
    """Not within a word or an address (`bo@example.org`), and not escaped."""
    if at == 0:
        return True
    before = text[at - 1]
    return before not in "\\/_@#&" and (not _is_of_word(before) or _UNSPACED.match(before) is not None)


def _spellings(text: str, at: int, sign: str) -> Iterator[tuple[str, str]]:
    begin = at + 1
    end = _end_of_name(text, begin) if sign == "@" else _end_of_line(text, begin)
    for stop in range(end, begin, -1):
        if not text[stop - 1].isspace() and not text[begin].isspace() and _may_end(text, stop):
            written = text[begin:stop]
            yield text[at:stop], name_key(written)


def _end_of_name(text: str, begin: int) -> int:
    end = begin
    most = min(len(text), begin + MAX_USER_NAME)
    while end < most and (_is_of_word(text[end]) or text[end] in _SEPARATORS):
        end += 1
    return end


def _end_of_line(text: str, begin: int) -> int:
    line = text.find("\n", begin, begin + MAX_CHANNEL_NAME)
    return line if line >= 0 else min(len(text), begin + MAX_CHANNEL_NAME)


def _may_end(text: str, stop: int) -> bool:
    """Whether a name may end before `stop`: not in the middle of a word."""
    if stop == len(text):
        return True
    last, after = text[stop - 1], text[stop]
    if after in _SEPARATORS:
        # "@ann." ends a sentence, "@ann.lee" is somebody else.
        while stop < len(text) and text[stop] in _SEPARATORS:
            stop += 1
        return stop == len(text) or not _is_of_word(text[stop]) or _UNSPACED.match(text[stop]) is not None
    if not _is_of_word(after) or not _is_of_word(last):
        return True
    if unicodedata.category(after)[0] == "M":
        return False
    return bool(_UNSPACED.match(after) or _UNSPACED.match(last))


def _is_of_word(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


def _without_code(text: str) -> str:
    """The text with line ends where it is code or an address."""
    if "```" in text or "~~~" in text:
        text = _without_fences(text)
    if "`" in text:
        text = "\n\n".join(map(_without_spans, text.split("\n\n")))
    return _ADDRESS.sub(_blank, text)


def _without_fences(text: str) -> str:
    pieces: list[str] = []
    taken, opened = 0, ""
    for fence in _FENCE.finditer(text):
        if not opened:
            opened = fence[1]
            pieces.append(text[taken : fence.start()])
            taken = fence.start()
        elif fence[1].startswith(opened) and not fence[0].strip().strip(opened[0]):
            pieces.append(_GAP * (fence.end() - taken))
            taken, opened = fence.end(), ""
    rest = text[taken:]
    return "".join([*pieces, _GAP * len(rest) if opened else rest])


def _without_spans(paragraph: str) -> str:
    """A span ends with as many backticks as it begins with (CommonMark 6.1); one without an end is text."""
    runs = list(_BACKTICKS.finditer(paragraph))
    last = {len(run[0]): index for index, run in enumerate(runs)}
    pieces: list[str] = []
    taken = index = 0
    while index < len(runs):
        run, size = runs[index], len(runs[index][0])
        index += 1
        if last[size] < index:
            continue
        while len(runs[index][0]) != size:
            index += 1
        pieces += [paragraph[taken : run.start()], _GAP * (runs[index].end() - run.start())]
        taken = runs[index].end()
        index += 1
    return "".join([*pieces, paragraph[taken:]])


def _blank(match: re.Match[str]) -> str:
    return _GAP * len(match[0])
