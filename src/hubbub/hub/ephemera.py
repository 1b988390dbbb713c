"""Everything ephemeral on this node: typing, presence, receipts, under one timer.

Invariants: nothing of it is stored, has a seq, or is waited for; a link with something unsent, a hub that lags, and
more work than a twentieth of the loop's time are reasons to leave it out or to tell it later. With nothing to do there
is no timer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Generic, Self

from hubbub.config import Limits
from hubbub.domain.ids import CHANNEL, channel_stream
from hubbub.hub.ports import Clockwork, EncodedT, Roster, SpareT, Wire
from hubbub.hub.presence import Attendance
from hubbub.hub.receipts import Readers
from hubbub.hub.teller import Teller
from hubbub.hub.ticker import Ticker
from hubbub.hub.typists import Typists
from hubbub.protocol.batch import Batch
from hubbub.protocol.changes import Change, TypingChange
from hubbub.protocol.replies import Status


@dataclass(frozen=True, slots=True)
class EphemeralLimits:
    """Seconds after which who writes is forgotten; the most members here of a channel that hears of it; seconds after
    which who is gone is offline."""

    typing_seconds: float = 8
    typing_listeners: int = 200
    grace_seconds: float = 10

    @classmethod
    def of(cls, limits: Limits) -> Self:
        """The bounds the settings ask for."""
        return cls(limits.typing_seconds, limits.typing_listeners, limits.presence_grace_seconds)


class Ephemera(Generic[SpareT, EncodedT]):
    """An observer of the hub, a subscriber and a listener of the broker, and what the services ask."""

    def __init__(
        self,
        roster: Roster[SpareT],
        wire: Wire[SpareT, EncodedT],
        clockwork: Clockwork,
        announce: Callable[[Change], None],
        limits: EphemeralLimits,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        """`announce` tells the hubs of all nodes, this one among them; there `hear` takes it. `stopwatch` measures what
        the work takes, in seconds."""
        teller = Teller(wire)
        self._roster = roster
        self._clockwork = clockwork
        self._announce = announce
        self.typists = Typists(roster, teller, seconds=limits.typing_seconds, listeners=limits.typing_listeners)
        self.attendance = Attendance(roster, teller, announce, clockwork.time, grace=limits.grace_seconds)
        self.readers = Readers(roster, teller)
        self._ticker = Ticker(clockwork, (self.typists, self.readers, self.attendance), stopwatch)

    @property
    def idle(self) -> bool:
        """Nothing is to be done, now or later."""
        return self._ticker.idle

    # --- from the hub -----------------------------------------------------------------------------------------

    def on_here(self, link: SpareT, user: str) -> None:
        self.attendance.on_here(link, user)
        self._ticker.plan()

    def on_gone(self, link: SpareT, user: str, left: Sequence[str] | None) -> None:
        now = self._clockwork.time()
        self.attendance.on_gone(link, user, left, now)
        if left is not None:
            self.typists.forget(user, now)
        self._ticker.plan()

    def on_member(self, user: str, stream: str, joined: bool) -> None:
        self.attendance.on_member(user, stream, joined)
        if not joined:
            self.typists.stop(stream.removeprefix(CHANNEL), user, self._clockwork.time())
        self._ticker.plan()

    # --- from the broker --------------------------------------------------------------------------------------

    def notice(self, batches: Sequence[Batch]) -> None:
        """Committed batches: of these, how far people have read."""
        moved = False
        for batch in batches:
            if batch.moves:
                moved = True
                self.readers.note(batch.moves, self._clockwork.time())
        if moved:
            self._ticker.plan()

    def hear(self, change: Change) -> None:
        """Something changed for a moment, on whichever node."""
        if isinstance(change, TypingChange):
            tell = self.typists.start if change.active else self.typists.stop
            tell(change.channel, change.user, self._clockwork.time())
        elif not self.attendance.heard(change.user):
            return
        self._ticker.plan()

    # --- from the services ------------------------------------------------------------------------------------

    def is_member(self, user: str, channel: str) -> bool:
        """Whether the user is in the channel, as far as is known here without asking the store: True is certain."""
        return self._roster.is_member(user, channel_stream(channel))

    def set_typing(self, user: str, channel: str, *, active: bool) -> None:
        """A member of the channel writes, or stopped."""
        self._announce(TypingChange(channel=channel, user=user, active=active))

    def on_posted(self, user: str, channel: str) -> None:
        """The user has posted: whatever they were writing, it is done. Called with every post."""
        if self.typists.is_typing(user, channel):
            self.set_typing(user, channel, active=False)

    def set_status(self, user: str, connection: int, *, away: bool) -> None:
        """Whether nobody sits before the user's connection of this id; nothing happens when it is gone."""
        link = self._link(user, connection)
        if link is not None:
            self.attendance.set_status(user, link, away=away)

    def watch(self, user: str, connection: int, wanted: Sequence[str]) -> dict[str, Status]:
        """What those are now, of whom alone the connection is told from now on."""
        link = self._link(user, connection)
        return self.attendance.watch(user, link, wanted) if link is not None else {}

    def look(self, channels: Collection[str], wanted: Sequence[str]) -> dict[str, Status]:
        """What those are now to somebody who is in these channels (by id)."""
        streams = [channel_stream(channel) for channel in channels]
        return {user: self.attendance.seen_from(streams, user) for user in wanted}

    def _link(self, user: str, connection: int) -> SpareT | None:
        return next((link for link in self._roster.links_of(user) if link.id == connection), None)
