"""What may be said: message texts, emoji of reactions, idempotency keys, passwords."""

from __future__ import annotations

import re
import unicodedata

from hubbub.domain.composing import LONGER, compose
from hubbub.errors import Refused

MAX_EMOJI = 16
MIN_PASSWORD = 8
MAX_PASSWORD = 1024

_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_NOT_STORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EMOJI_MARKS = frozenset("\u200d\ufe0f\u20e3#*0123456789")
_TAGS = range(0xE0020, 0xE0080)

# The few that every guessing list starts with; the length rule does the rest.
_COMMON_WORDS = """
password password1 password12 password123 passw0rd 12345678 123456789 1234567890 87654321 11111111 00000000
qwertyui qwerty123 qwertyuiop asdfghjkl iloveyou sunshine princess football baseball superman trustno1
letmein1 welcome1 welcome123 admin123 administrator changeme changeme123 abcd1234 abc12345 1q2w3e4r 1qaz2wsx
qazwsxedc zaq12wsx 88888888 66666666 99999999 12341234 11223344 hubbubhubbub
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def check_text(text: str, limit: int, *, may_be_empty: bool = False) -> str:
    """The text as it is stored: NFC, newlines as \\n, no trailing space. Raises `bad_text`, `text_too_long`.

    `limit` is in characters (Unicode code points). Empty is what has something else to say, such as a picture.
    """
    if len(text) > LONGER * limit:
        raise _too_long(text, limit)
    try:
        text = compose(text.replace("\r\n", "\n").replace("\r", "\n"), limit).rstrip()
    except ValueError as error:
        raise Refused("bad_text") from error
    if not text.strip():
        if may_be_empty:
            return ""
        raise Refused("bad_text")
    if _NOT_STORABLE.search(text):
        raise Refused("bad_text")
    if len(text) > limit:
        raise _too_long(text, limit)
    return text


def _too_long(text: str, limit: int) -> Refused:
    return Refused("text_too_long", f"The message has {len(text)} characters; at most {limit} are allowed.")


def check_emoji(emoji: str) -> str:
    """One emoji (UTS #51, by the categories its code points have); raises `bad_emoji`."""
    if not 1 <= len(emoji) <= MAX_EMOJI or not all(map(_may_be_in_emoji, emoji)):
        raise Refused("bad_emoji")
    if all(char in _EMOJI_MARKS for char in emoji) and "\u20e3" not in emoji:
        raise Refused("bad_emoji")
    return emoji


def _may_be_in_emoji(char: str) -> bool:
    if char in _EMOJI_MARKS or ord(char) in _TAGS:
        return True
    if ord(char) >= 0x1F000:  # newer than our Unicode tables are: unassigned there, an emoji on somebody's telephone
        return unicodedata.category(char) in ("So", "Sk", "Cn")
    return ord(char) > 0xA0 and unicodedata.category(char) in ("So", "Sm", "Po", "Pd")


def check_key(key: str | None) -> str | None:
    """An idempotency key, chosen by the client (a UUID does); raises `bad_key`."""
    if key is not None and not _KEY.match(key):
        raise Refused("bad_key")
    return key


def check_password(password: str, name: str) -> str:
    """The password unchanged, or `bad_password`: too short, too long to hash in bounded time, common, or the name."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise Refused("bad_password")
    if password.casefold() in _COMMON or password.casefold() == name.casefold() or len(set(password)) == 1:
        raise Refused("bad_password")
    return password
