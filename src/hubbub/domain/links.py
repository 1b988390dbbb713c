"""The links of a text: what its readers would press on, and so what may be looked up for them.

Invariant: one walk over the text, whatever it is; an address is found as it is written there, so that whether a message
still has a link is whether this finds it again.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

MAX_URL: Final = 2000
# A fenced block to its end, or to the text's; something between backticks.
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
# Of the characters that no address has unescaped, and what East Asian writing puts behind one without a space.
_LINK: Final = re.compile(
    r"(?<![A-Za-z0-9_])https?://[^\s<>\"`\\^{|}\u3000-\u303f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u2018-\u201d]+",
    re.IGNORECASE,
)
_ENDS: Final = ".,;:!?'*_~"
_CLOSING: Final = {")": "(", "]": "["}


class LinkPreview(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was found behind a link; `picture`: an uploaded file."""

    url: str
    title: str
    text: str = ""
    site: str = ""
    picture: str | None = None


class SeenPage(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a page says of itself. `picture`: where that is."""

    title: str
    text: str = ""
    site: str = ""
    picture: str = ""


def find_links(text: str, most: int) -> list[str]:
    """The first `most` different addresses in `text`, outside of code."""
    found: dict[str, None] = {}
    if "://" not in text:
        return []
    for piece in _LINK.finditer(_CODE.sub(" ", text)):
        if len(found) >= most:
            break
        link = trim(piece.group())
        if len(link) <= MAX_URL and len(link) > len("https://"):
            found.setdefault(link)
    return list(found)


def trim(link: str) -> str:
    """Without the sentence's own marks behind it, and without a bracket that opened before it."""
    opened = link.find("](")  # [its name](the address), of which the name was one too
    if opened >= 0:
        link = link[:opened]
    balance = {mark: link.count(opening) - link.count(mark) for mark, opening in _CLOSING.items()}
    end = len(link)
    while end:
        last = link[end - 1]
        if last in _CLOSING and balance[last] < 0:
            balance[last] += 1
        elif last not in _ENDS:
            break
        end -= 1
    return link[:end]
