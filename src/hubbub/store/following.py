"""Who follows the log on everybody's behalf, and how far they have come: a lease and a mark in one row of `meta`.

Invariants:
1. Of all processes on one database at most one holds a lease at a time; whoever lets it run out is succeeded.
2. A mark is written only by the holder, in the same statement's transaction that proves it still is.
Nothing is lost where two believe to lead for a moment (a stopped process, a jump of the clock): what followers write is
versioned, so that the later state stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from hubbub.errors import Refused
from hubbub.protocol.feed import Mark
from hubbub.store.ledger import Ledger
from hubbub.store.writer import Writer

_FIND: Final = "SELECT value FROM meta WHERE name = ?"
_WRITE: Final = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


class _Lease(msgspec.Struct, frozen=True, omit_defaults=True):
    holder: str
    until: int
    stream: str = ""
    seq: int = 0

    @property
    def mark(self) -> Mark | None:
        return Mark(self.stream, self.seq) if self.stream else None


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease that is held, and the mark of whoever held it last."""

    mark: Mark | None


@dataclass(frozen=True, slots=True)
class _Wish:
    name: str
    holder: str
    now: int
    until: int
    mark: Mark | None = None


_decode: Final = msgspec.json.Decoder(_Lease).decode


class Following:
    """The lease `name` for the process `holder`; times in milliseconds since 1970."""

    def __init__(self, writer: Writer, name: str, holder: str) -> None:
        self._writer = writer
        self._name = f"follower:{name}"
        self._holder = holder

    async def claim(self, now: int, until: int) -> Claim | None:
        """Lead until `until`; None when somebody else does. Raises `busy`, `shutting_down`, `store_failed`."""
        return await self._writer.submit(_claim, _Wish(self._name, self._holder, now, until))

    async def save(self, mark: Mark | None, now: int, until: int) -> bool:
        """Note how far it has come and lead on; False when somebody else leads. Raises as `claim`."""
        return await self._writer.submit(_save, _Wish(self._name, self._holder, now, until, mark))

    async def release(self, mark: Mark | None, now: int) -> None:
        """Let another lead at once. A writer that takes no more is as good: the lease runs out."""
        try:
            await self.save(mark, now, now)
        except Refused as refused:
            if refused.code != "shutting_down":
                raise


def _find(ledger: Ledger, name: str) -> _Lease | None:
    row = ledger.cursor.execute(_FIND, (name,)).fetchone()
    return _decode(row[0]) if row else None


def _write(ledger: Ledger, wish: _Wish, mark: Mark | None) -> None:
    lease = _Lease(wish.holder, wish.until, mark.stream if mark else "", mark.seq if mark else 0)
    ledger.writes += 1
    ledger.cursor.execute(_WRITE, (wish.name, msgspec.json.encode(lease).decode()))


def _claim(ledger: Ledger, wish: _Wish) -> Claim | None:
    held = _find(ledger, wish.name)
    if held is not None and held.holder != wish.holder and held.until > wish.now:
        return None
    mark = held.mark if held is not None else None
    _write(ledger, wish, mark)
    return Claim(mark)


def _save(ledger: Ledger, wish: _Wish) -> bool:
    held = _find(ledger, wish.name)
    if held is None or held.holder != wish.holder:
        return False
    _write(ledger, wish, wish.mark)
    return True
