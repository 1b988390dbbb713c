"""What may be posted besides a text: the form of parts, in the one spelling in which they are stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec

from hubbub.domain.composing import LONGER, compose
from hubbub.domain.names import is_visible_line
from hubbub.domain.new_parts import (
    MAX_ALT,
    MAX_FILE_NAME,
    MAX_LINE,
    NewLocation,
    NewMeeting,
    NewPart,
    NewPhoto,
    NewPoll,
    NewVideo,
)
from hubbub.errors import Refused

_SCHEMES: Final = ("http", "https")
MAX_ENDING: Final = 16
# Control, format (bidirectional marks turn `gpj.exe` around), surrogate, private, unassigned, line separators.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# What separates folders, or means something to a shell or a file system somewhere.
_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|')


def check_parts(parts: Sequence[NewPart]) -> tuple[NewPart, ...]:
    """The parts as they are stored; raises `bad_part`."""
    if sum(isinstance(part, NewPoll) for part in parts) > 1:
        raise Refused("bad_part", "One poll is enough for a message.")
    return tuple(map(check_part, parts))


def check_part(part: NewPart) -> NewPart:
    match part:
        case NewPhoto() | NewVideo():
            return msgspec.structs.replace(part, alt=check_line(part.alt, MAX_ALT))
        case NewLocation():
            return msgspec.structs.replace(part, name=check_line(part.name, MAX_LINE))
        case NewMeeting():
            subject = check_line(part.subject, MAX_LINE)
            if not subject:
                raise Refused("bad_part", "A meeting needs a subject.")
            return msgspec.structs.replace(part, subject=subject, url=check_url(part.url))
        case NewPoll():
            return check_poll(part)
        case _:
            return part


def check_poll(poll: NewPoll) -> NewPoll:
    """Options that look alike to a reader are one, whatever their case; raises `bad_part`."""
    question, options = check_line(poll.question, MAX_LINE), [check_line(each, MAX_LINE) for each in poll.options]
    if not question or not all(options) or len({each.casefold() for each in options}) < len(options):
        raise Refused("bad_part", "A poll needs a question, and options that differ.")
    return msgspec.structs.replace(poll, question=question, options=options)


def check_line(text: str, most: int) -> str:
    """One visible line in NFC, its spaces folded, perhaps empty; raises `bad_part`."""
    try:
        text = " ".join(compose(text, most).split())
    except ValueError as error:
        raise Refused("bad_part") from error
    if len(text) > most or not is_visible_line(text):
        raise Refused("bad_part")
    return text


def check_url(url: str) -> str:
    """An address people can be led to, or none; raises `bad_part`. `javascript:` and `data:` are none of these."""
    if not url:
        return ""
    try:
        found = urlsplit(url)
        harmless = found.scheme in _SCHEMES and bool(found.hostname)
    except ValueError as error:
        raise Refused("bad_part", "That is no address.") from error
    if not harmless or any(char.isspace() or not char.isprintable() or char in '"<>\\`' for char in url):
        raise Refused("bad_part", "That is no http address.")
    return url


def check_file_name(name: str) -> str:
    """A name to show and to save under: one visible line in NFC, no path; raises `bad_file_name`.

    A name that is dangerous somewhere loses what makes it so; one that is too long is cut before its ending.
    """
    if len(name) > LONGER * MAX_FILE_NAME:
        raise Refused("bad_file_name")
    try:
        name = compose(name.replace("\\", "/").rsplit("/", 1)[-1], LONGER * MAX_FILE_NAME)
    except ValueError as error:
        raise Refused("bad_file_name") from error
    name = "".join("_" if char in _NOT_IN_NAMES else char for char in name if unicodedata.category(char) not in _UNSEEN)
    name = " ".join(name.split()).strip(". ")
    if not name:
        raise Refused("bad_file_name")
    if len(name) > MAX_FILE_NAME:
        stem, dot, ending = name.rpartition(".")
        if not dot or len(ending) > MAX_ENDING:
            return name[:MAX_FILE_NAME].rstrip(". ")
        name = stem[: MAX_FILE_NAME - len(ending) - 1] + dot + ending
    return name
