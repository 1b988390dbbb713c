"""What the hub needs of the wire below the sockets; `websocket/` has the real ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar


class Link(Protocol):
    """One open connection. The hub never holds its descriptor; writing to a closed link does nothing."""

    @property
    def closed(self) -> bool: ...


LinkT = TypeVar("LinkT", bound=Link)
LinkT_contra = TypeVar("LinkT_contra", bound=Link, contravariant=True)
EncodedT = TypeVar("EncodedT")


class Wire(Protocol[LinkT_contra, EncodedT]):
    """Encoding a batch once, and writing it to many links."""

    def encode(self, payloads: Sequence[bytes]) -> EncodedT:
        """The frames of a batch, in order, made once for all links."""
        ...

    def write(self, links: Sequence[LinkT_contra], start: int, encoded: EncodedT, until: float) -> int:
        """Write to `links[start:]` until the clock passes `until`; returns the index of the first not written to."""
        ...


class Scheduler(Protocol):
    """What the hub asks of the event loop."""

    def call_soon(self, callback: Callable[[], None]) -> object: ...


class Timer(Protocol):
    def cancel(self) -> object: ...


class Clockwork(Protocol):
    """What ephemera ask of the event loop; `time` is in seconds and never goes back."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer: ...


class SpareLink(Link, Protocol):
    """A connection as ephemera see it: what is sent on it may be left out."""

    @property
    def id(self) -> int: ...

    @property
    def has_unsent(self) -> bool:
        """Something waits to be sent: whoever reads so slowly is not sent what may be lost."""
        ...


SpareT = TypeVar("SpareT", bound=SpareLink)


class Roster(Protocol[SpareT]):
    """What ephemera ask of the hub; see there."""

    @property
    def congested(self) -> bool: ...

    def links_of(self, user_id: str) -> Sequence[SpareT]: ...

    def is_here(self, user_id: str) -> bool: ...

    def is_greeted(self, link: SpareT) -> bool: ...

    def is_member(self, user_id: str, stream_name: str) -> bool: ...

    def share_a_channel(self, one_id: str, other_id: str) -> bool: ...

    def listeners(self, stream_name: str) -> Sequence[SpareT]: ...

    def count_users(self, stream_name: str) -> int: ...


class Observer(Protocol[LinkT_contra]):
    """Who is told, at once, of changes in the roster; it may ask the hub, and must not change it."""

    def on_here(self, link: LinkT_contra, user: str) -> None:
        """`link` is past its hello."""

    def on_gone(self, link: LinkT_contra, user: str, left: Sequence[str] | None) -> None:
        """`link` is unregistered. `left`: when with it the last of its user's went that was past its hello, the streams
        of the channels they heard."""

    def on_member(self, user: str, stream: str, joined: bool) -> None:
        """Somebody, here or not, is in a channel from now on, or no more."""


class Unobserved:
    """An observer that looks away."""

    def on_here(self, link: object, user: str) -> None: ...

    def on_gone(self, link: object, user: str, left: Sequence[str] | None) -> None: ...

    def on_member(self, user: str, stream: str, joined: bool) -> None: ...
