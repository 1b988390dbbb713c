"""What happened, as the people saw it: what each asked and was answered, and what each heard. Nothing is judged here.

Times are seconds of the harness's own monotonic clock. A `life` is one run of the server's process, counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hubbub.protocol import codec
from hubbub.protocol.events import AnyEvent


class Kind(StrEnum):
    """What people do; the values are the protocol's names."""

    POST = "message.post"
    EDIT = "message.edit"
    DELETE = "message.delete"
    REACT = "reaction.add"
    UNREACT = "reaction.remove"
    READ = "position.set"
    JOIN = "channel.join"
    LEAVE = "channel.leave"
    ADD = "member.add"
    REMOVE = "member.remove"


@dataclass(frozen=True, slots=True)
class Answer:
    """`ok` with what it said, or (with `code`) an error."""

    at: float
    seq: int | None = None
    number: int | None = None
    code: str | None = None
    retry: bool = False


@dataclass(slots=True, eq=False)
class Operation:
    """One thing a person wanted, with every answer they got to it.

    A post may have been sent several times, with the same key. Without an `ok` nobody knows whether it was carried out.
    """

    person: str
    kind: Kind
    channel: str
    began: float
    key: str = ""
    text: str = ""
    number: int = 0
    emoji: str = ""
    user: str = ""
    sent: int = 0
    answers: list[Answer] = field(default_factory=list)

    @property
    def accepted(self) -> Answer | None:
        """The first `ok`."""
        return next((answer for answer in self.answers if answer.code is None), None)

    @property
    def refused(self) -> bool:
        """Whether each time it was sent it was answered, with an error that no repetition changes."""
        return len(self.answers) == self.sent > 0 and all(answer.code and not answer.retry for answer in self.answers)


@dataclass(slots=True, repr=False)
class Visit:
    """One connection of a person, from the welcome to its end.

    `heads`: each stream's head in the welcome; `heard`: every durable event in order of arrival; `resets`: the streams
    that were reset; `code`: how it was closed.
    """

    person: str
    life: int
    began: float
    positions: dict[str, int]
    heads: dict[str, int] = field(default_factory=dict)
    heard: list[AnyEvent] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)
    code: int | None = None


# Millions of events would be in its repr; asyncio makes one of a finished task's result, only to put a signal back.
@dataclass(slots=True, repr=False)
class History:
    """`people`: id → name; `before`: channel → the seq up to which things were prepared, and nothing was recorded.

    `complaints` are things that are wrong whatever else is true; `differences` how somebody's state differed from a
    fresh one, of `compared` that were compared.
    """

    people: dict[str, str] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    compared: int = 0
    _events: dict[bytes, AnyEvent] = field(default_factory=dict)

    def intern(self, payload: bytes) -> AnyEvent:
        """The event in a frame: one object for all who heard the same bytes, or ten readers cost ten times as much."""
        event = self._events.get(payload)
        if event is None:
            event = self._events[payload] = codec.decode_event(payload)
        return event

    @property
    def acknowledged(self) -> list[Operation]:
        """Posts that were acknowledged."""
        return [each for each in self.operations if each.kind is Kind.POST and each.accepted]
