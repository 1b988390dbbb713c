"""The roster: stream → users → links, and which link is still catching up with which stream.

Invariants:
- A link hears a stream live only from its `head` on: everything up to `head` it had from the log before.
- A link in `stream.catching` is in no flat list of that stream.
- A user, a stream or a link that nobody needs any more is nowhere in here.
"""

from __future__ import annotations

from typing import Generic

from hubbub.hub.ports import LinkT

UNKNOWN = -1


class Stream(Generic[LinkT]):
    """One log with listeners on this node; `head` is the last seq whose delivery has begun here."""

    __slots__ = ("_flat", "catching", "head", "name", "users")

    def __init__(self, name: str, head: int) -> None:
        self.name = name
        self.head = head
        self.users: set[User[LinkT]] = set()
        # link → how far it has come in the log (UNKNOWN: its session knows). At or beyond `head` nothing more has to be
        # read: the link waits for the delivery to come as far. A session stops only at the end of a commit, batches end
        # there too and are not joined meanwhile, so that `head` meets it exactly.
        self.catching: dict[LinkT, int] = {}
        self._flat: list[LinkT] | None = None

    def links(self) -> list[LinkT]:
        """Every link that hears the stream live, as a list that is never changed, only replaced."""
        if self._flat is None:
            catching = self.catching
            self._flat = [link for user in self.users for link in user.links if link not in catching]
        return self._flat

    def hold(self, link: LinkT, after: int) -> None:
        """`link` has the stream up to `after`, from the log, and hears nothing live until it is settled."""
        self.catching[link] = after
        self._flat = None

    def changed(self) -> None:
        self._flat = None

    def settle(self) -> None:
        """Make live what has caught up with the head."""
        if self.catching:
            ready = [link for link, after in self.catching.items() if after == self.head]
            for link in ready:
                del self.catching[link]
            if ready:
                self.changed()


class User(Generic[LinkT]):
    """A user with at least one link here; `streams` are the channels they hear, and their own stream.

    `streams` is None until the first link's memberships have been read; changes that are delivered meanwhile are in
    `changes`, in order, as (stream, joined, seq).
    """

    __slots__ = ("changes", "id", "links", "streams")

    def __init__(self, user: str) -> None:
        self.id = user
        self.links: tuple[LinkT, ...] = ()
        self.streams: tuple[Stream[LinkT], ...] | None = None
        self.changes: list[tuple[str, bool, int]] = []

    def stream(self, name: str) -> Stream[LinkT] | None:
        return next((stream for stream in self.streams or () if stream.name == name), None)
