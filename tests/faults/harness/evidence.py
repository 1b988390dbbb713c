"""What the checks judge: what people saw, and the log that is left; and which event answers which operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from hubbub.protocol.events import (
    AnyEvent,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from tests.faults.harness.history import History, Kind, Operation

Problems: TypeAlias = Iterator[str]
AboutMessage: TypeAlias = MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved
Asked: TypeAlias = AboutMessage | MemberJoined | MemberLeft
"""Events that are somebody's doing, besides posts."""
Subject: TypeAlias = tuple[str, type, str, int | str]
"""Channel, kind of event, whose doing, about which message or person."""

EVENT_OF: Final[Mapping[Kind, type]] = {
    Kind.POST: MessagePosted,
    Kind.EDIT: MessageEdited,
    Kind.DELETE: MessageDeleted,
    Kind.REACT: ReactionAdded,
    Kind.UNREACT: ReactionRemoved,
    Kind.JOIN: MemberJoined,
    Kind.ADD: MemberJoined,
    Kind.LEAVE: MemberLeft,
    Kind.REMOVE: MemberLeft,
}


@dataclass(slots=True, repr=False)
class Evidence:
    """`logs`: channel → its whole log, read after everything. `unverified`: what `hubbub verify` found wrong.

    Taken from the logs: `joined` has the seqs at which a user came into a channel, `deleted` the seq at which a message
    (channel, number) was.
    """

    history: History
    logs: Mapping[str, Sequence[AnyEvent]]
    unverified: Sequence[str] = ()
    by_subject: dict[Subject, list[Asked]] = field(default_factory=dict)
    joined: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    deleted: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for event in (event for log in self.logs.values() for event in log):
            if isinstance(event, Asked):
                self.by_subject.setdefault(subject_of_event(event), []).append(event)
            if isinstance(event, MemberJoined):
                self.joined.setdefault((event.channel, event.user.id), []).append(event.seq)
            elif isinstance(event, MessageDeleted):
                self.deleted[event.channel, event.number] = event.seq

    def at(self, channel: str, seq: int | None) -> AnyEvent | None:
        """The event with this seq, where the log has it in its place."""
        log = self.logs.get(channel, ())
        return log[seq - 1] if seq is not None and 1 <= seq <= len(log) else None

    def name(self, user: str) -> str:
        return self.history.people.get(user, user)


def subject_of_event(event: Asked) -> Subject:
    about = event.user.id if isinstance(event, MemberJoined | MemberLeft) else event.number
    return event.channel, type(event), event.by, about


def subject_of(operation: Operation) -> Subject:
    """The subject of the event that the operation asks for."""
    about = operation.number or operation.user or operation.person
    return operation.channel, EVENT_OF[operation.kind], operation.person, about


def explains(operation: Operation, event: AnyEvent) -> bool:
    """Whether the event is what the operation asked for, or what a deletion has left of it."""
    if isinstance(event, MessagePosted):
        return operation.kind is Kind.POST and is_post_of(operation, event)
    if not isinstance(event, Asked) or operation.kind is Kind.READ or subject_of(operation) != subject_of_event(event):
        return False
    match event:
        case MessageEdited():
            return event.redacted or event.text == operation.text
        case ReactionAdded() | ReactionRemoved():
            return event.redacted or event.emoji == operation.emoji
    return True


def is_post_of(operation: Operation, event: MessagePosted) -> bool:
    """Whether it is the post that was asked for, whole; or what a deletion has left of it."""
    content = (None, "") if event.redacted else (operation.key, operation.text)
    return (event.author, event.key, event.text) == (operation.person, *content)
