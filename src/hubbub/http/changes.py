"""The answer to a change: where in the log it stands."""

from __future__ import annotations

import msgspec

from hubbub.domain.intents import Appended


class Changed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`seq` is that of the change's last event, or the log's head where nothing had to change; `number` a message's."""

    seq: int
    number: int | None = None


def changed(appended: Appended) -> Changed:
    return Changed(seq=appended.seq, number=appended.number)
