"""What somebody wants to be told of when they are not looking: levels, words of their own, and times of quiet. Pure.

`wants_notice` is the one rule, for what the server pushes; the pages have it too (web/lib/notices.ts), and a table of
cases holds both to the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hubbub.domain.composing import compose
from hubbub.domain.names import is_visible_line, name_key
from hubbub.domain.scalars import MAX_TIME
from hubbub.errors import Refused

Level: TypeAlias = Literal["all", "mentions", "nothing"]
Minute: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=24 * 60)]

MAX_KEYWORDS: Final = 30
MAX_KEYWORD: Final = 50
_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]{1,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}\Z")


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every day from `start` to `end`, in minutes after midnight in the zone; over midnight where `end` is earlier."""

    start: Minute
    end: Minute
    zone: str = "UTC"


class _Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`level`: of channels that have none of their own. `keywords`: words and phrases that are as good as one's name.
    `quiet_until`: nothing before that time (milliseconds since 1970). `sound`: notices may be heard."""

    level: Level = "mentions"
    keywords: list[str] = []
    quiet_until: int = 0
    quiet_hours: QuietHours | None = None
    sound: bool = False


class NotificationSettings(_Settings, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one is told of in all channels: `level` holds for those that have none of their own. `keywords`: words and
    phrases that are as good as one's name. `quiet_until`: nothing before that time. `sound`: notices may be heard."""


class Notifications(_Settings, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The same, and the levels of the channels that have one of their own, by id."""

    channels: dict[str, Level] = {}


def check_settings(settings: NotificationSettings) -> NotificationSettings:
    """The settings as they are kept; raises `bad_request`."""
    keywords: dict[str, str] = {}
    for word in settings.keywords[: 2 * MAX_KEYWORDS]:
        kept = _check_keyword(word)
        if kept:
            keywords.setdefault(name_key(kept), kept)
    if len(settings.keywords) > 2 * MAX_KEYWORDS or len(keywords) > MAX_KEYWORDS:
        raise Refused("bad_request", f"At most {MAX_KEYWORDS} keywords.")
    if not 0 <= settings.quiet_until <= MAX_TIME:
        raise Refused("bad_request", "quiet_until: milliseconds since 1970, or 0.")
    hours = settings.quiet_hours
    if hours is not None:
        _zone(hours.zone)
        hours = None if hours.start == hours.end else hours
    return msgspec.structs.replace(settings, keywords=list(keywords.values()), quiet_hours=hours)


def _check_keyword(word: str) -> str:
    try:
        word = " ".join(compose(word, MAX_KEYWORD).split())
    except ValueError as error:
        raise Refused("bad_request", "A keyword is one line.") from error
    if len(word) > MAX_KEYWORD or not is_visible_line(word):
        raise Refused("bad_request", f"A keyword has at most {MAX_KEYWORD} characters on one line.")
    return word


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    try:
        if not _ZONE.match(name):
            raise ValueError(name)
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise Refused("bad_request", "The zone is not known: send a name such as Asia/Shanghai.") from error


def is_quiet(settings: Notifications, at: int) -> bool:
    """Whether nothing is to be told at `at`."""
    if at < settings.quiet_until:
        return True
    hours = settings.quiet_hours
    if hours is None:
        return False
    there = datetime.fromtimestamp(at / 1000, UTC).astimezone(_zone(hours.zone))
    minute = there.hour * 60 + there.minute
    if hours.start < hours.end:
        return hours.start <= minute < hours.end
    return minute >= hours.start or minute < hours.end


def has_keyword(text: str, keywords: list[str]) -> bool:
    """Whether one of them stands in the text, in whatever letters; not within a longer word of letters."""
    if not keywords:
        return False
    folded = f" {text.casefold()} "
    return any(_stands(folded, name_key(word)) for word in keywords)


def _stands(text: str, word: str) -> bool:
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not (_joined(before, word[:1]) or _joined(word[-1:], after)):
            return True
        at = text.find(word, at + 1)
    return False


_JOINING: Final = re.compile(
    r"[^\W\u1100-\u11ff\u2e80-\u31ff\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0003ffff]"
)


def _joined(one: str, other: str) -> bool:
    """Two letters of one word, in a script that has words."""
    return bool(_JOINING.match(one) and _JOINING.match(other))


def wants_notice(
    settings: Notifications,
    *,
    channel: str,
    at: int,
    text: str,
    muted: bool = False,
    conversation: bool = False,
    named: bool = False,
    aside: bool = False,
) -> bool:
    """Whether a message of somebody else's is to be told. `conversation`: it is one of few people; `named`: it names
    the user, or everybody, answers them, or is in a thread they follow; `aside`: it is in one they do not."""
    if muted or is_quiet(settings, at):
        return False
    match settings.channels.get(channel, settings.level):
        case "nothing":
            return False
        case "all" if not aside:
            return True
        case _:
            return named or (conversation and not aside) or has_keyword(text, settings.keywords)
