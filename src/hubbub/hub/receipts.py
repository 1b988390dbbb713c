"""How far others have read, for small conversations: which are small, the store has decided when it committed.

Invariants: a channel hears of it at most once in SPACING, of everybody who moved together; nothing is kept of channels
in which nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final, Generic

from hubbub.domain.ids import channel_stream
from hubbub.hub.ports import EncodedT, Roster, SpareT
from hubbub.hub.teller import Teller
from hubbub.hub.ticker import Agenda
from hubbub.protocol.batch import Move
from hubbub.protocol.replies import Receipts

SPACING: Final = 1.0  # seconds


class Readers(Generic[SpareT, EncodedT]):
    def __init__(self, roster: Roster[SpareT], teller: Teller[SpareT, EncodedT]) -> None:
        self._roster = roster
        self._teller = teller
        self._readings: dict[str, _Reading] = {}
        self._agenda = Agenda()

    def __len__(self) -> int:
        """How many channels something is kept of."""
        return len(self._readings)

    def note(self, moves: Sequence[Move], now: float) -> None:
        for move in moves:
            reading = self._readings.get(move.channel)
            if reading is None:
                reading = self._readings[move.channel] = _Reading()
            reading.positions[move.user] = move.number
            self._agenda.put(move.channel, max(now, reading.at + SPACING))

    @property
    def due(self) -> float | None:
        return self._agenda.first

    def work(self, now: float) -> Iterator[None]:
        for channel in self._agenda.take(now):
            reading = self._readings[channel]
            if self._roster.congested:
                self._agenda.put(channel, now + SPACING)
            elif reading.positions:
                positions, reading.positions, reading.at = reading.positions, {}, now
                self._agenda.put(channel, now + SPACING)
                listeners = self._roster.listeners(channel_stream(channel))
                yield from self._teller.tell(listeners, Receipts(channel=channel, positions=positions))
            else:
                del self._readings[channel]


class _Reading:
    """One channel: what is to be told, and when it was last told something."""

    __slots__ = ("at", "positions")

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self.at = -inf
