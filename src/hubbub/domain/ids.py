"""Identifiers: ULIDs (26 characters, sortable by time), and the names of streams made of them."""

from __future__ import annotations

import re
from typing import Final

from ulid import ULID

CHANNEL: Final = "channel:"
USER: Final = "user:"

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")


def new_id(now_ms: int) -> str:
    """A new ULID for the time `now_ms` (milliseconds since 1970, UTC) with 80 random bits."""
    return str(ULID.from_timestamp(now_ms / 1000))


def is_id(value: str) -> bool:
    return _ULID.match(value) is not None


def channel_stream(channel: str) -> str:
    """The name of a channel's log."""
    return CHANNEL + channel


def user_stream(user: str) -> str:
    """The name of a user's own log."""
    return USER + user
