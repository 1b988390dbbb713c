"""What a sound or a video says of itself: duration, title, artist. Runs in a process of its own (worker.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tinytag import TinyTag, TinyTagException

MAX_TAG: Final = 200
MAX_DURATION: Final = 7 * 86_400_000


def read_tags(path: Path) -> tuple[int, str, str]:
    """Duration in milliseconds (0: unknown), title and artist (empty: unknown). What cannot be read is unknown."""
    try:
        tags = TinyTag.get(path)
    except (TinyTagException, OSError, ValueError, ArithmeticError, IndexError, KeyError, UnicodeError):
        return 0, "", ""
    seconds = tags.duration or 0.0
    milliseconds = round(seconds * 1000) if 0 < seconds < MAX_DURATION / 1000 else 0
    return milliseconds, _line(tags.title), _line(tags.artist)


def _line(text: str | None) -> str:
    words = " ".join((text or "").split())
    return "".join(char for char in words if char.isprintable())[:MAX_TAG]
