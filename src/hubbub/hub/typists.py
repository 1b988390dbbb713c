"""Who is writing in which channel.

Invariants:
- A channel hears the whole set at most once in SPACING, when it has changed; and again after `seconds` / 2 while there
  is anybody, so that whoever missed it, or came later, knows soon.
- Somebody is in it until they stop, post, leave the channel or end their last connection, and never longer than
  `seconds` after they last said so. At most MOST at a time; who comes later waits until somebody stops.
- Channels in which more than `listeners` members are here are told nothing.
- Nothing is kept of channels in which nobody writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Final, Generic

from hubbub.domain.ids import channel_stream
from hubbub.hub.ports import EncodedT, Roster, SpareT
from hubbub.hub.teller import Teller
from hubbub.hub.ticker import Agenda
from hubbub.protocol.replies import Typing

SPACING: Final = 1.0  # seconds
MOST: Final = 20


class Typists(Generic[SpareT, EncodedT]):
    def __init__(
        self, roster: Roster[SpareT], teller: Teller[SpareT, EncodedT], *, seconds: float, listeners: int
    ) -> None:
        self._roster = roster
        self._teller = teller
        self._seconds = seconds
        self._listeners = listeners
        self._talks: dict[str, _Talk] = {}
        self._channels_of: dict[str, set[str]] = {}
        self._agenda = Agenda()

    def __len__(self) -> int:
        """How many channels something is kept of."""
        return len(self._talks)

    def start(self, channel: str, user: str, now: float) -> None:
        """The user writes, or goes on writing."""
        if self._is_too_large(channel):
            return
        talk = self._talks.get(channel)
        if talk is None:
            talk = self._talks[channel] = _Talk()
        elif user not in talk.until and len(talk.until) >= MOST:
            return
        talk.until[user] = now + self._seconds
        self._channels_of.setdefault(user, set()).add(channel)
        self._plan(channel, talk, now)

    def stop(self, channel: str, user: str, now: float) -> None:
        """The user writes no more. Did not: nothing happens."""
        talk = self._talks.get(channel)
        if talk is not None and user in talk.until:
            self._drop(channel, talk, user)
            self._plan(channel, talk, now)

    def is_typing(self, user: str, channel: str) -> bool:
        return channel in self._channels_of.get(user, ())

    def forget(self, user: str, now: float) -> None:
        """The user is gone."""
        for channel in tuple(self._channels_of.get(user, ())):
            self.stop(channel, user, now)

    @property
    def due(self) -> float | None:
        return self._agenda.first

    def work(self, now: float) -> Iterator[None]:
        for channel in self._agenda.take(now):
            talk = self._talks.get(channel)
            if talk is None:
                continue
            if self._roster.congested:
                self._agenda.put(channel, now + SPACING)
                continue
            self._let_go(channel, talk, now)
            if talk.is_over(now):
                del self._talks[channel]
                continue
            if talk.next(now, self._seconds) <= now:
                yield from self._tell(channel, talk, now)
            self._plan(channel, talk, now)

    def _tell(self, channel: str, talk: _Talk, now: float) -> Iterator[None]:
        talk.told, talk.at = tuple(talk.until), now
        listeners = self._roster.listeners(channel_stream(channel))
        return self._teller.tell(listeners, Typing(channel=channel, users=list(talk.told)))

    def _let_go(self, channel: str, talk: _Talk, now: float) -> None:
        """Of those who were silent for too long; of all, once so many listen that nobody is told any more."""
        everybody = self._is_too_large(channel)
        for user in [user for user, until in talk.until.items() if everybody or until <= now]:
            self._drop(channel, talk, user)
        if everybody:
            talk.told = ()

    def _drop(self, channel: str, talk: _Talk, user: str) -> None:
        del talk.until[user]
        channels = self._channels_of[user]
        channels.discard(channel)
        if not channels:
            del self._channels_of[user]

    def _plan(self, channel: str, talk: _Talk, now: float) -> None:
        first = min(talk.until.values(), default=inf)
        self._agenda.put(channel, max(now, min(first, talk.next(now, self._seconds))))

    def _is_too_large(self, channel: str) -> bool:
        return self._roster.count_users(channel_stream(channel)) > self._listeners


class _Talk:
    """One channel: until when each is believed to write, in the order they began; who was told of, and when."""

    __slots__ = ("at", "told", "until")

    def __init__(self) -> None:
        self.until: dict[str, float] = {}
        self.told: tuple[str, ...] = ()
        self.at = -inf

    def next(self, now: float, seconds: float) -> float:
        """When there is next something to tell, or, when nobody writes any more, to forget that there was."""
        if tuple(self.until) != self.told:
            return max(now, self.at + SPACING)
        return self.at + (max(SPACING, seconds / 2) if self.told else SPACING)

    def is_over(self, now: float) -> bool:
        return not self.until and not self.told and self.at + SPACING <= now
