"""The roster: stream → users → links, and which link is still catching up with which stream.

A user is the stream of their own log, heard by their links alone; a channel is a stream heard by its members' links.

Invariants:
- A link hears a stream live only from its `head` on: everything up to `head` it had from the log before.
- A link in `stream.catching` is in no list of that stream's `links()`.
- A user, a channel or a link that nobody needs any more is nowhere in here.

Thousands of idle users cost memory before anything else, so that nothing here is kept empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Generic

from hubbub.domain.ids import user_stream
from hubbub.hub.ports import LinkT

UNKNOWN: Final = -1
# Beyond any seq, for a link that neither reads a channel nor hears it live: it is let in when the joining comes …
EARLY: Final = 2**62
# … or taken out when the leaving comes, of which it has read already.
OUT: Final = EARLY + 1
NONE_AHEAD: Final[Mapping[Any, int]] = MappingProxyType({})
_NOBODY: Final[Mapping[Any, int]] = MappingProxyType({})


class Stream(Generic[LinkT]):
    """One log with listeners on this node; `head` is the last seq whose delivery has begun here."""

    __slots__ = ("_catching", "head")

    def __init__(self, head: int) -> None:
        self.head = head
        # link → how far it has come in the log (UNKNOWN: its session knows). At or beyond `head` nothing more has to be
        # read: the link waits for the delivery to come as far. A session stops only at the end of a commit, batches end
        # there too and are not joined meanwhile, so that `head` meets it exactly.
        self._catching: dict[LinkT, int] | None = None

    @property
    def name(self) -> str:
        raise NotImplementedError

    def links(self) -> list[LinkT]:
        """Every link that hears the stream live, as a list that is never changed, only replaced."""
        raise NotImplementedError

    def changed(self) -> None:
        """Who hears the stream has changed."""

    @property
    def catching(self) -> Mapping[LinkT, int]:
        return self._catching if self._catching is not None else _NOBODY

    def hold(self, link: LinkT, after: int) -> None:
        """`link` has the stream up to `after`, from the log, and hears nothing live until it is settled."""
        if self._catching is None:
            self._catching = {}
        self._catching[link] = after
        self.changed()

    def release(self, link: LinkT) -> None:
        """`link` catches up no more: it is live, or gone."""
        if self._catching is not None:
            self._catching.pop(link, None)
            self._catching = self._catching or None
        self.changed()

    def step_back(self, head: int) -> None:
        """The delivery has come only as far as `head`: a stream begun from a reading of the log can be ahead.

        Who is live has everything up to the old head, and waits until the delivery is there too.
        """
        for link in self.links():
            self.hold(link, self.head)
        self.head = head

    def settle(self, but: Collection[LinkT]) -> None:
        """Make live what has caught up with the head, `but` those links."""
        for link in [link for link, after in self.catching.items() if after == self.head and link not in but]:
            self.release(link)


class Channel(Stream[LinkT]):
    """A channel's stream with those of its members who are here."""

    __slots__ = ("_flat", "_name", "alone", "users")

    def __init__(self, name: str, head: int) -> None:
        super().__init__(head)
        self._name = name
        # In the order they came: sockets opened one after the other are cheaper to write one after the other.
        self.users: dict[User[LinkT], None] = {}
        self._flat: list[LinkT] | None = None
        # What those who are in no other channel share, instead of a tuple each.
        self.alone: tuple[Channel[LinkT], ...] = (self,)

    @property
    def name(self) -> str:
        return self._name

    def links(self) -> list[LinkT]:
        if self._flat is None:
            self._flat = self._flatten()
        return self._flat

    def _flatten(self) -> list[LinkT]:
        """Of thousands of members, so written that it takes no longer than a slice of delivery does."""
        flat: list[LinkT] = []
        for user in self.users:
            links = user.links_kept
            if isinstance(links, tuple):
                flat += links
            else:
                flat.append(links)
        catching = self.catching
        return [link for link in flat if link not in catching] if catching else flat

    def changed(self) -> None:
        self._flat = None

    def retire(self) -> None:
        """Nobody is left: let go of itself, so that no collector has to find it."""
        self.alone = ()


class User(Stream[LinkT]):
    """A user with at least one link here, and the stream of their own.

    `channels` is None until the first link's memberships have been read; changes that are delivered meanwhile are in
    `changes`, in order, as (stream, joined, seq). `ahead` keeps, for (stream, link), how far links have read a channel
    beyond an end of the membership whose delivery came only then: they were let in again, and that is delivered next.
    `left` has the seq at which the user left a channel, while a link's reading may still be from before that.
    """

    __slots__ = ("ahead", "changes", "channels", "id", "left", "links_kept")

    def __init__(self, user: str) -> None:
        super().__init__(UNKNOWN)
        self.id = user
        self.links_kept: LinkT | tuple[LinkT, ...] = ()
        self.channels: tuple[Channel[LinkT], ...] | None = None
        self.changes: tuple[tuple[str, bool, int], ...] = ()
        self.ahead: Mapping[tuple[str, LinkT], int] = NONE_AHEAD
        self.left: Mapping[str, int] = NONE_AHEAD

    @property
    def name(self) -> str:
        return user_stream(self.id)

    @property
    def all_links(self) -> tuple[LinkT, ...]:
        """A single one, the usual case, is kept without a tuple of its own."""
        links = self.links_kept
        return links if isinstance(links, tuple) else (links,)

    @all_links.setter
    def all_links(self, links: tuple[LinkT, ...]) -> None:
        self.links_kept = links[0] if len(links) == 1 else links

    @property
    def loaded(self) -> bool:
        return self.channels is not None

    def links(self) -> list[LinkT]:
        return [link for link in self.all_links if link not in self.catching]

    def reads(self, link: LinkT) -> bool:
        """Whether the session of `link` has yet to read on in the user's own stream."""
        return self.catching.get(link, self.head) < self.head

    def streams(self) -> Iterator[Stream[LinkT]]:
        """Everything the user hears, their own stream first: there a client learns of its channels."""
        yield self
        yield from self.channels or ()

    def stream(self, name: str) -> Stream[LinkT] | None:
        return next((stream for stream in self.streams() if stream.name == name), None)
