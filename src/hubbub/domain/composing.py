"""Text as it is kept and compared: composed (NFC), in a time that grows with its length.

Invariant: nothing is normalized before its length and its marks are bounded. Putting marks in order takes a time that
grows with the square of how many stand in a row: half a second for 40 kB of them, in which a process does nothing else.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# What one character may be made of. Composing makes a text shorter, by less than this.
LONGER: Final = 4
# In a row; no language needs more (UAX #15, Stream-Safe Text Format).
MOST_MARKS: Final = 30
_TOO_MANY: Final = b"\1" * (MOST_MARKS + 1)


def compose(text: str, most: int) -> str:
    """`text` in NFC, of which at most `most` characters are wanted; raises ValueError when it is longer by far, or has
    more than `MOST_MARKS` combining marks in a row."""
    if text.isascii():
        return text
    if len(text) > LONGER * most:
        raise ValueError("the text is too long")
    if _TOO_MANY in bytes(map(bool, map(unicodedata.combining, text))):
        raise ValueError("the text has too many marks in a row")
    return unicodedata.normalize("NFC", text)
