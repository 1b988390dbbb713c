"""Documents of both families, made of what the log says now. Pure.

Invariants:
1. A document follows from the log alone: made again of the same state it is the same, in the same index, with the same
   id and version.
2. What was deleted is a document still, without a word of what it said. Nothing is ever removed: the server forgets
   removals after a while, and an old write sent again would bring the text back.
"""

from __future__ import annotations

from typing import Final

import msgspec

from hubbub.domain.features import features_of
from hubbub.domain.tokens import pairs, texts_of
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.feed import LoggedEvent, MessageState, Slice
from hubbub.protocol.parts import kinds_of, searched_text
from hubbub.search.bulk import Operation
from hubbub.search.template import Names

# What a line in the family `messages` is; there may be others than messages one day.
MESSAGE: Final = "message"


class MessageDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message as it is now; `seq`: the event with its text. `line`: the object of listings."""

    channel: str
    number: int
    seq: int
    at: int
    author: str
    kind: str
    deleted: bool = False
    has: list[str] = []
    words: str = ""
    pairs: str = ""
    line: MessagePosted
    version: int


class EventDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event of the log. `body`: the bytes that travel, as text."""

    stream: str
    seq: int
    at: int
    kind: str
    about: int | None = None
    redacted: bool = False
    body: str


class _Target(msgspec.Struct, frozen=True):
    index: str = msgspec.field(name="_index")
    id: str = msgspec.field(name="_id")
    version: int
    version_type: str = "external"


class _Head(msgspec.Struct, frozen=True):
    index: _Target


_encode: Final = msgspec.json.Encoder().encode


def make_operations(piece: Slice, names: Names, generation: int) -> list[Operation]:
    """Everything that must be written for a slice of the log."""
    operations = [make_event_operation(logged, names, generation) for logged in (*piece.events, *piece.redacted)]
    operations += [make_message_operation(state, names, generation) for state in piece.messages]
    return operations


def make_message_operation(state: MessageState, names: Names, generation: int) -> Operation:
    line = state.line
    index = names.index("messages", generation, line.at)
    return make_operation(index, message_id(line.channel, line.number), state.version, make_message(state))


def make_event_operation(logged: LoggedEvent, names: Names, generation: int) -> Operation:
    index = names.index("events", generation, logged.event.at)
    return make_operation(index, event_id(logged.stream, logged.event.seq), logged.version, make_event(logged))


def message_id(channel: str, number: int) -> str:
    return f"{channel}:{number}"


def event_id(stream: str, seq: int) -> str:
    return f"{stream}:{seq}"


def make_message(state: MessageState) -> MessageDocument:
    line = state.line
    text = searched_text(line.text, line.parts)
    tokens = texts_of(text)
    kinds = kinds_of(line.parts)
    has = features_of(text, edited=line.edited_at is not None, reacted=bool(line.reactions), kinds=kinds)
    return MessageDocument(
        channel=line.channel,
        number=line.number,
        seq=state.text_seq,
        at=line.at,
        author=line.author,
        kind=MESSAGE,
        deleted=line.deleted,
        has=[] if line.deleted else sorted(has),
        words=" ".join(tokens),
        pairs=" ".join(pairs(tokens)),
        line=line,
        version=state.version,
    )


def make_event(logged: LoggedEvent) -> EventDocument:
    event = logged.event
    return EventDocument(
        stream=logged.stream,
        seq=event.seq,
        at=event.at,
        kind=str(event.__struct_config__.tag),
        about=logged.about,
        redacted=logged.version > 1,
        body=logged.body.decode(),
    )


def make_operation(index: str, id: str, version: int, document: msgspec.Struct) -> Operation:
    head = _encode(_Head(_Target(index, id, version)))
    return Operation(head + b"\n", _encode(document) + b"\n")
