"""Names of people and channels: what may be used, and when two are the same."""

from __future__ import annotations

import unicodedata

from hubbub.domain.composing import LONGER, compose
from hubbub.errors import Refused

MAX_USER_NAME = 40
MAX_CHANNEL_NAME = 60
MAX_TOPIC = 250

_SEPARATORS = frozenset("._-")
# Control, format (zero width, bidirectional marks), surrogate, private use, unassigned; line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def check_user_name(name: str) -> str:
    """The name as it is stored (NFC); raises `bad_name`. Letters, marks and digits of any script, and . _ - between."""
    try:
        name = compose(name.strip(), MAX_USER_NAME)
    except ValueError as error:
        raise Refused("bad_name") from error
    if not 1 <= len(name) <= MAX_USER_NAME:
        raise Refused("bad_name")
    if not all(char in _SEPARATORS or unicodedata.category(char)[0] in "LMN" for char in name):
        raise Refused("bad_name")
    if unicodedata.category(name[0])[0] not in "LN":
        raise Refused("bad_name")
    return name


def check_channel_name(name: str) -> str:
    """The name as it is stored: NFC, one line, spaces folded; raises `bad_channel_name`."""
    try:
        name = " ".join(compose(name, MAX_CHANNEL_NAME).split())
    except ValueError as error:
        raise Refused("bad_channel_name") from error
    if not 1 <= len(name) <= MAX_CHANNEL_NAME or not is_visible_line(name):
        raise Refused("bad_channel_name")
    return name


def check_topic(topic: str) -> str:
    """The topic as it is stored (one line, may be empty); raises `bad_topic`."""
    try:
        topic = compose(topic, MAX_TOPIC).strip()
    except ValueError as error:
        raise Refused("bad_topic") from error
    if len(topic) > MAX_TOPIC or not is_visible_line(topic):
        raise Refused("bad_topic")
    return topic


def is_visible_line(text: str) -> bool:
    return all(unicodedata.category(char) not in _UNSEEN for char in text)


def name_key(name: str) -> str:
    """Two names with the same key are the same name: compatibility forms and case folded (UAX #15, #31).

    Of a longer name than there can be, enough is taken for it to be nobody's.
    """
    name = name[: LONGER * MAX_CHANNEL_NAME]
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
