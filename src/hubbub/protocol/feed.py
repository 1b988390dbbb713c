"""What a follower of the whole log reads from the store: all streams in one order, and messages as they are now."""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.protocol.events import AnyEvent, MembershipStarted, MessagePosted


@dataclass(frozen=True, slots=True)
class Mark:
    """An event by name: how far a follower has come. Everything committed before it was read too."""

    stream: str
    seq: int


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the log has it now. `body`: the bytes that travel. `about`: see the table of events."""

    stream: str
    about: int | None
    body: bytes
    event: AnyEvent

    @property
    def version(self) -> int:
        """1 as it was written, and 1 more for each change: its redaction, and before that perhaps the emptying of the
        quote it carries. Nothing else changes an event."""
        event = self.event
        if isinstance(event, MembershipStarted):
            return 2 if event.channel.last is not None and event.channel.last.deleted else 1
        emptied = isinstance(event, MessagePosted) and event.emptied > 0
        return 1 + emptied + (1 if getattr(event, "redacted", False) else 0)


@dataclass(frozen=True, slots=True)
class MessageState:
    """A message as it is now: the object of listings, a tombstone once it was deleted.

    `text_seq`: the event that has its text. `version`: the seq of the last event that changed it, so that of two states
    the one with the higher version is the later.
    """

    line: MessagePosted
    text_seq: int
    version: int


@dataclass(frozen=True, slots=True)
class Slice:
    """What comes behind a mark, in the order of the commits, and everything that it changed, as it is now.

    `redacted` are older events that a deletion in this slice took the content of. `mark` is where the slice ends: None
    when it is empty and nothing came before it. `position` grows with the log; `behind`: about so many events follow.
    """

    events: tuple[LoggedEvent, ...]
    redacted: tuple[LoggedEvent, ...]
    messages: tuple[MessageState, ...]
    mark: Mark | None
    position: int
    behind: int

    @property
    def empty(self) -> bool:
        return not self.events
