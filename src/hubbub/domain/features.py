"""What a message has besides words: what `has:` asks for. Threads join it when there are some."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from hubbub.domain.query import Has

_LINK: Final = re.compile(r"\b(?:https?://|www\.)[^\s<>]", re.IGNORECASE)
# A fence, or something between backticks.
_CODE: Final = re.compile(r"```|`[^`\n]+`")


# What each kind of part is found as.
OF_PARTS: Final[Mapping[str, frozenset[Has]]] = {
    "file": frozenset({"file"}),
    "photo": frozenset({"photo", "file"}),
    "video": frozenset({"video", "file"}),
    "audio": frozenset({"audio", "file"}),
    "voice": frozenset({"voice", "audio", "file"}),
    "location": frozenset({"location"}),
    "meeting": frozenset({"meeting"}),
    "poll": frozenset({"poll"}),
}
_NOTHING: Final[frozenset[Has]] = frozenset()


def features_of(text: str, *, edited: bool, reacted: bool, kinds: Iterable[str] = ()) -> frozenset[Has]:
    """Of a message as it is now; `kinds`: those of its parts."""
    found: set[Has] = set()
    if _LINK.search(text):
        found.add("link")
    if _CODE.search(text):
        found.add("code")
    if reacted:
        found.add("reaction")
    if edited:
        found.add("edited")
    for kind in kinds:
        found |= OF_PARTS.get(kind, _NOTHING)
    return frozenset(found)
