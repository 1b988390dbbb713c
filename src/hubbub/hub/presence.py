"""Who is there: derived from the roster, told to those who watch.

Invariants:
- A user is online while one of their greeted links is, away while all are away, and what they were for `grace` seconds
  after the last one went, so that a reload does not blink; then offline.
- Who shares no channel here with the watcher looks offline, in answers and in what is told: each pair is looked at
  again whenever either of them joins or leaves a channel, comes or goes.
- A link is told only of whom it watches, only what differs from what it was told last, and at most once in TICK. One
  that cannot be written to is told later.
- Nothing is kept of users but that links are away, that they went moments ago, or that somebody watches them. A change
  costs a look at each watching link, never at each member.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from math import inf
from typing import Final, Generic, TypeAlias

from hubbub.hub.ports import EncodedT, Roster, SpareT
from hubbub.hub.teller import Teller
from hubbub.protocol.changes import PresenceChange
from hubbub.protocol.replies import Presence, Status

News: TypeAlias = tuple[tuple[str, Status], ...]

TICK: Final = 2.0  # seconds
# What many links are told alike is encoded once; so much of that is kept within a tick.
ENCODED_KEPT: Final = 64


class Attendance(Generic[SpareT, EncodedT]):
    def __init__(
        self,
        roster: Roster[SpareT],
        teller: Teller[SpareT, EncodedT],
        announce: Callable[[PresenceChange], None],
        clock: Callable[[], float],
        *,
        grace: float,
    ) -> None:
        """`clock` gives the loop's time. `announce` tells all nodes, this one among them, what became of a user; there
        `heard` takes it."""
        self._roster = roster
        self._teller = teller
        self._announce = announce
        self._clock = clock
        self._grace = grace
        self._away: set[SpareT] = set()
        # In the order they went. The first of a dict is far to seek when many before it were taken out.
        self._gone: OrderedDict[str, _Gone] = OrderedDict()
        self._watches: dict[SpareT, _Watch] = {}
        self._names = Names()
        self._changed: set[str] = set()  # watched users who may look different
        self._stirred: set[SpareT] = set()  # watching links to which anybody may
        self._next = -inf

    def sizes(self) -> dict[str, int]:
        """How much is held here, for metrics and tests."""
        return {
            "away": len(self._away),
            "gone": len(self._gone),
            "watches": len(self._watches),
            "watched": len(self._names),
            "changed": len(self._changed) + len(self._stirred),
        }

    # --- what clients ask for ---------------------------------------------------------------------------------

    def set_status(self, user: str, link: SpareT, *, away: bool) -> None:
        """Whether nobody sits before `link`."""
        if away is not (link in self._away):
            (self._away.add if away else self._away.discard)(link)
            self._tell_all(user)

    def watch(self, user: str, link: SpareT, wanted: Sequence[str]) -> dict[str, Status]:
        """From now on `link`, of `user`, is told of those, and of nobody else; what they are now."""
        told = {self._names.take(name): self.seen_by(user, name) for name in dict.fromkeys(wanted)}
        self._unwatch(link)
        if told:
            self._watches[link] = _Watch(user, told)
        return dict(told)

    def seen_by(self, watcher: str, user: str) -> Status:
        """What `user` looks like to the user `watcher`, who is here."""
        return self._shown(watcher, user, self._status_of(user))

    def _shown(self, watcher: str, user: str, status: Status) -> Status:
        """What somebody who is `status` looks like to `watcher`."""
        if status == "offline" or watcher == user or self._roster.share_a_channel(watcher, user):
            return status
        gone = self._gone.get(user)
        shared = gone is not None and any(self._roster.is_member(watcher, name) for name in gone.channels)
        return status if shared else "offline"

    def seen_from(self, channels: Collection[str], user: str) -> Status:
        """What `user` looks like to somebody who is in these channels (their streams), here or not."""
        gone = self._gone.get(user)
        shared = any(self._roster.is_member(user, name) or (gone and name in gone.channels) for name in channels)
        return self._status_of(user) if shared else "offline"

    def _status_of(self, user: str) -> Status:
        if self._roster.is_here(user):
            return "away" if self._away and self._is_away(user) else "online"
        gone = self._gone.get(user)
        return gone.status if gone else "offline"

    def _is_away(self, user: str) -> bool:
        return all(link in self._away for link in self._roster.links_of(user) if self._roster.is_greeted(link))

    # --- what happens -----------------------------------------------------------------------------------------

    def on_here(self, link: SpareT, user: str) -> None:
        self._gone.pop(user, None)
        if link in self._watches:
            self._stirred.add(link)
        self._tell_all(user)

    def on_gone(self, link: SpareT, user: str, left: Sequence[str] | None, now: float) -> None:
        was: Status = "away" if link in self._away else "online"
        self._away.discard(link)
        self._unwatch(link)
        if left is None:
            self._tell_all(user)
        else:
            self._gone[user] = _Gone(now + self._grace, was, tuple(left))

    def on_member(self, user: str, stream: str, joined: bool) -> None:
        gone = self._gone.get(user)
        if gone is not None and not joined:
            gone.channels = tuple(name for name in gone.channels if name != stream)
        self.heard(user)
        self._stirred.update(link for link in self._roster.links_of(user) if link in self._watches)

    def heard(self, user: str) -> bool:
        """Something has become of `user`, on whichever node; False: nobody here minds."""
        if user not in self._names:
            return False
        self._changed.add(user)
        return True

    def _tell_all(self, user: str) -> None:
        self._announce(PresenceChange(user=user, status=self._status_of(user)))

    def _unwatch(self, link: SpareT) -> None:
        self._stirred.discard(link)
        watch = self._watches.pop(link, None)
        for name in watch.told if watch else ():
            self._names.give_back(name)

    # --- what is told -----------------------------------------------------------------------------------------

    @property
    def due(self) -> float | None:
        ends = next((gone.until for gone in self._gone.values()), inf)
        tick = self._next if self._changed or self._stirred else inf
        return min(ends, tick) if min(ends, tick) < inf else None

    def work(self, now: float) -> Iterator[None]:
        yield from self._end_graces(now)
        if not (self._changed or self._stirred) or now < self._next:
            return
        if not self._roster.congested:
            changed, self._changed = self._changed, set()
            stirred, self._stirred = self._stirred, set()
            # What people are is looked up once; who changes while this goes on, slice by slice, comes next time.
            known: dict[str, Status] = {}
            encoded: dict[News, EncodedT] = {}
            for link in list(self._watches if changed else stirred):
                watch = self._watches.get(link)
                if watch is not None:
                    self._tell(link, watch, watch.told if link in stirred else watch.among(changed), known, encoded)
                yield
        self._next = self._clock() + TICK

    def _end_graces(self, now: float) -> Iterator[None]:
        while (first := next(iter(self._gone.items()), None)) is not None and first[1].until <= now:
            user, _ = first
            del self._gone[user]
            self._tell_all(user)
            yield

    def _tell(
        self,
        link: SpareT,
        watch: _Watch,
        users: Collection[str],
        known: dict[str, Status],
        encoded: dict[News, EncodedT],
    ) -> None:
        """Tell one link what is new of `users`. `known` and `encoded` keep what others were told in the same tick."""
        if not users or not self._roster.is_greeted(link):
            return
        if link.has_unsent:
            self._stirred.add(link)
            return
        news: dict[str, Status] = {}
        for user in users:
            if user not in known:
                known[user] = self._status_of(user)
            status = self._shown(watch.user, user, known[user])
            if status != watch.told[user]:
                news[user] = status
        if not news:
            return
        watch.told.update(news)
        key = tuple(news.items())
        if key not in encoded:
            if len(encoded) >= ENCODED_KEPT:
                encoded.clear()
            encoded[key] = self._teller.encode(Presence(users=news))
        self._teller.write(link, encoded[key])


class _Gone:
    """A user whose last link went: until when they are still what they were, and the streams they heard."""

    __slots__ = ("channels", "status", "until")

    def __init__(self, until: float, status: Status, channels: tuple[str, ...]) -> None:
        self.until = until
        self.status = status
        self.channels = channels


class _Watch:
    """Whom a link watches, and what it was told of each."""

    __slots__ = ("told", "user")

    def __init__(self, user: str, told: dict[str, Status]) -> None:
        self.user = user
        self.told = told

    def among(self, users: Collection[str]) -> list[str]:
        if len(users) < len(self.told):
            return [user for user in users if user in self.told]
        return [user for user in self.told if user in users]


class Names:
    """Each name once, however many hold it: ids come in with every command, as new strings."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, int]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, name: str) -> bool:
        return name in self._held

    def take(self, name: str) -> str:
        name, holders = self._held.get(name, (name, 0))
        self._held[name] = name, holders + 1
        return name

    def give_back(self, name: str) -> None:
        name, holders = self._held[name]
        if holders > 1:
            self._held[name] = name, holders - 1
        else:
            del self._held[name]
