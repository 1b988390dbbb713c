"""One line of a listing, put together from the log: its event, the text it was last edited to, its reactions, how its
poll stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import ColumnElement, and_, literal_column

from hubbub.domain.ids import CHANNEL, channel_stream
from hubbub.protocol import codec
from hubbub.protocol.events import (
    LAST_TEXT,
    ChannelCreated,
    ChannelRenamed,
    LastMessage,
    Line,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePinned,
    MessagePosted,
    MessagePreviewed,
    PollState,
    Reaction,
    Replies,
    TopicChanged,
)
from hubbub.protocol.parts import kind_of
from hubbub.store.cold import NO_BODIES, Bodies, Cold
from hubbub.store.schema import events, lines

Row: TypeAlias = tuple[Any, ...]

written: Final = events.alias("written")
edited: Final = events.alias("edited")
previewed: Final = events.alias("previewed")
_stream: Final[ColumnElement[str]] = literal_column(f"'{CHANNEL}'").concat(lines.c.channel)

# Selected from JOINED, these are what `build_line` takes.
COLUMNS: Final = (
    written.c.body,
    lines.c.deleted,
    edited.c.body,
    lines.c.reactions,
    lines.c.channel,
    lines.c.seq,
    lines.c.text_seq,
    previewed.c.body,
    lines.c.preview_seq,
    lines.c.replies,
    lines.c.poll,
)
IS_WRITTEN: Final = and_(written.c.stream == _stream, written.c.seq == lines.c.seq)
IS_EDITED: Final = and_(edited.c.stream == _stream, edited.c.seq == lines.c.text_seq)
IS_PREVIEWED: Final = and_(previewed.c.stream == _stream, previewed.c.seq == lines.c.preview_seq)
# What was archived has no event here.
JOINED: Final = lines.outerjoin(written, IS_WRITTEN).outerjoin(edited, IS_EDITED).outerjoin(previewed, IS_PREVIEWED)

_reactions: Final = msgspec.json.Decoder(list[Reaction])
_decode_poll: Final = msgspec.json.Decoder(PollState).decode
decode_replies: Final = msgspec.json.Decoder(Replies).decode


def build_lines(rows: Iterable[Row], bodies: Bodies = NO_BODIES) -> list[Line]:
    """The lines of rows of `COLUMNS`; raises `Cold` with all events that are neither in them nor in `bodies`, TypeError
    or msgspec.DecodeError when the tables are damaged."""
    whole = [_complete(row, bodies) if _is_cold(row) else row for row in rows]
    missed = {place for row in whole if _is_cold(row) for place in _missed(row)}
    if missed:
        raise Cold(missed)
    return [_build(row) for row in whole]


def build_line(row: Row) -> Line:
    """The line of one row. Raises as `build_lines`."""
    if _is_cold(row):
        raise Cold(set(_missed(row)))
    return _build(row)


def _is_cold(row: Row) -> bool:
    body, _, edit, _, _, _, text_seq, preview, preview_seq, *_ = row
    return body is None or (edit is None and text_seq is not None) or (preview is None and preview_seq is not None)


def _missed(row: Row) -> Iterable[tuple[str, int]]:
    body, _, edit, _, channel, seq, text_seq, preview, preview_seq, *_ = row
    stream = channel_stream(channel)
    for found, place in ((body, seq), (edit, text_seq), (preview, preview_seq)):
        if found is None and place is not None:
            yield stream, place


def _complete(row: Row, bodies: Bodies) -> Row:
    """The row with what `bodies` has of it."""
    body, deleted, edit, reactions, channel, seq, text_seq, preview, preview_seq, *rest = row
    stream = channel_stream(channel)

    def fill(found: bytes | None, place: int | None) -> bytes | None:
        return bodies.get((stream, place)) if found is None and place is not None else found

    found = (fill(body, seq), deleted, fill(edit, text_seq), reactions, channel, seq, text_seq)
    return *found, fill(preview, preview_seq), preview_seq, *rest


def _build(row: Row) -> Line:
    body, deleted, edit, reactions, *_, preview, _, replies, poll = row
    line = codec.decode_event(body)
    if isinstance(line, MessagePosted):
        if replies is not None:
            line = msgspec.structs.replace(line, replies=decode_replies(replies))
        return _build_message(line, deleted, edit, reactions, preview, poll)
    if isinstance(line, ChannelCreated | ChannelRenamed | TopicChanged | MemberJoined | MemberLeft | MessagePinned):
        return line
    raise TypeError(f"not a line: {line}")


def _build_message(
    post: MessagePosted,
    deleted: int,
    edit: bytes | None,
    reactions: bytes | None,
    preview: bytes | None,
    poll: bytes | None,
) -> MessagePosted:
    if deleted:
        return make_tombstone(post)
    if edit is not None:
        change = codec.decode_event(edit)
        if not isinstance(change, MessageEdited):
            raise TypeError(f"not an edit: {change}")
        post = msgspec.structs.replace(post, text=change.text, edited_at=change.at, mentions=change.mentions)
    if preview is not None:
        shown = codec.decode_event(preview)
        if not isinstance(shown, MessagePreviewed):
            raise TypeError(f"not a preview: {shown}")
        post = msgspec.structs.replace(post, previews=shown.previews, unpreviewed=bool(shown.by))
    if reactions is not None:
        post = msgspec.structs.replace(post, reactions=_reactions.decode(reactions))
    if poll is not None:
        post = msgspec.structs.replace(post, poll=_decode_poll(poll))
    return post


def encode_reactions(reactions: list[Reaction]) -> bytes | None:
    """As the table keeps them."""
    return msgspec.json.encode(reactions) if reactions else None


def encode_poll(poll: PollState) -> bytes | None:
    """As the table keeps it: nothing of one where nobody votes."""
    return msgspec.json.encode(poll) if poll != PollState() else None


def make_tombstone(line: MessagePosted) -> MessagePosted:
    """What listings show of a deleted message."""
    return MessagePosted(
        seq=line.seq,
        at=line.at,
        channel=line.channel,
        number=line.number,
        author=line.author,
        deleted=True,
        thread=line.thread,
        place=line.place,
        replies=line.replies,
    )


def without_replies(line: MessagePosted) -> MessagePosted:
    """The message without what follows from others: the thread on it."""
    return line if line.replies is None else msgspec.structs.replace(line, replies=None)


def last_of(line: MessagePosted) -> LastMessage:
    """A message as lists of channels show it."""
    return LastMessage(
        number=line.number,
        author=line.author,
        at=line.at,
        text=line.text[:LAST_TEXT],
        kind=kind_of(line.parts[0]) if line.parts else None,
        deleted=line.deleted,
    )
