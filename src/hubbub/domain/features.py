"""What a message has besides words: what `has:` asks for. Files and threads join it when there are some."""

from __future__ import annotations

import re
from typing import Final

from hubbub.domain.query import Has

_LINK: Final = re.compile(r"\b(?:https?://|www\.)[^\s<>]", re.IGNORECASE)
# A fence, or something between backticks.
_CODE: Final = re.compile(r"```|`[^`\n]+`")


def features_of(text: str, *, edited: bool, reacted: bool) -> frozenset[Has]:
    """Of a message as it is now."""
    found: set[Has] = set()
    if _LINK.search(text):
        found.add("link")
    if _CODE.search(text):
        found.add("code")
    if reacted:
        found.add("reaction")
    if edited:
        found.add("edited")
    return frozenset(found)
