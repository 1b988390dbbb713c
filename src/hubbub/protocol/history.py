"""The texts a message has had."""

from __future__ import annotations

import msgspec

from hubbub.protocol.events import UserView


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text, and since when it was the message's."""

    at: int
    text: str = ""


class MessageHistory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message's texts, the first one first and the present one last. `cut`: there were more between the first one and
    the others."""

    number: int
    author: UserView
    versions: list[Version]
    cut: bool = False
