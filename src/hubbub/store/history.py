"""The texts a message has had: its post and all its edits, from the log, wherever that is.

A deletion has taken them out of all of these events, so of a deleted message there is nothing to show. What the archive
still had of one is taken out by the way it comes (cold.py).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from hubbub.domain.ids import channel_stream
from hubbub.errors import Refused
from hubbub.protocol import codec
from hubbub.protocol.events import AnyEvent, MessageEdited, MessagePosted
from hubbub.protocol.history import MessageHistory, Version
from hubbub.store import archive_ranges, summaries, writes
from hubbub.store.cold import Bodies, Cold, Thaw
from hubbub.store.names import fetch_names
from hubbub.store.readers import Reader, Readers
from hubbub.store.schema import lines
from hubbub.store.statements import compile_sql

# So many texts are shown: the first one, and the newest.
MOST_VERSIONS: Final = 100

_LINE: Final = compile_sql(
    select(lines.c.seq, lines.c.deleted).where(
        lines.c.channel == bindparam("channel"), lines.c.number == bindparam("number")
    ),
    "channel",
    "number",
)


# The newest edits, as many as are shown: however many there are, no more bodies are held.
_EDITS: Final = f"""SELECT body FROM events WHERE stream = ?
    AND seq IN (SELECT filed.seq FROM events AS filed WHERE filed.stream = ? AND filed.about = ?)
    AND CAST(body AS TEXT) LIKE '{{"type":"message.edited"%' ORDER BY seq DESC LIMIT {MOST_VERSIONS}"""


class SqliteHistory:
    """Reading what was written before."""

    def __init__(self, readers: Readers, thaw: Thaw) -> None:
        self._readers = readers
        self._thaw = thaw

    async def fetch_history(self, user: str, channel: str, number: int) -> MessageHistory:
        """Raises `no_such_channel`, `not_a_member`, `no_such_message`, `already_deleted`, `archive_unavailable`."""
        asked: set[int] = set()
        return await self._thaw.read(lambda bodies: self._fetch(user, channel, number, bodies, asked))

    async def _fetch(self, user: str, channel: str, number: int, bodies: Bodies, asked: set[int]) -> MessageHistory:
        stream = channel_stream(channel)
        async with self._readers.transaction() as reader:
            _, member = await summaries.fetch_summary(reader, user, channel)
            if not member:
                raise Refused("not_a_member")
            line = await reader.fetch_one(_LINE, (channel, number))
            if line is None:
                raise Refused("no_such_message")
            seq, deleted = line
            if deleted:
                raise Refused("already_deleted")
            await _check_archived(reader, stream, seq, number, asked)
            found = {place[1]: codec.decode_event(body) for place, body in bodies.items() if place[0] == stream}
            rows = await reader.fetch_all(writes.FIND_EVENT, (stream, seq))
            rows += await reader.fetch_all(_EDITS, (stream, stream, number))
            here = (codec.decode_event(body) for (body,) in rows)
            found |= {event.seq: event for event in here}
            post = found.get(seq)
            if not isinstance(post, MessagePosted):
                raise Cold({(stream, seq)})
            (author,) = await fetch_names(reader, [post.author])
        versions = _versions(post, [found[each] for each in sorted(found)])
        cut = len(versions) > MOST_VERSIONS
        shown = [versions[0], *versions[1 - MOST_VERSIONS :]] if cut else versions
        return MessageHistory(number=number, author=author, versions=shown, cut=cut)


async def _check_archived(reader: Reader, stream: str, seq: int, number: int, asked: set[int]) -> None:
    """Whether edits of the message may be in the archive; raises `Cold` then, once for each place it reaches to."""
    row = await reader.fetch_one(archive_ranges.BASE, (stream,))
    base = row[0] if row else None
    if base and base >= seq and base not in asked:
        asked.add(base)
        raise Cold(set(), {(stream, number): base})


def _versions(post: MessagePosted, events: list[AnyEvent]) -> list[Version]:
    if post.redacted:
        raise Refused("already_deleted")  # a moment ago
    edits = (event for event in events if isinstance(event, MessageEdited) and event.number == post.number)
    return [Version(at=post.at, text=post.text), *(Version(at=edit.at, text=edit.text) for edit in edits)]
