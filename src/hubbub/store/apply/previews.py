"""Previews: what the links of a message lead to, as the server has found out after it was posted.

Invariants:
1. A message shows only previews of links that its present text has.
2. A preview's picture is among the message's files (attachments.py), and a file that can be read.
3. Whose author, or a moderator, took the previews away never gets any again.
"""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.domain.intents import Appended, PreviewMessage, RemovePreviews
from hubbub.domain.links import LinkPreview, find_links
from hubbub.domain.roles import may_delete_message
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted, MessagePreviewed
from hubbub.protocol.parts import PreviewPart
from hubbub.protocol.showing import make_picture
from hubbub.store.apply.access import resolve_actor, resolve_message, resolve_own_channel
from hubbub.store.attachments import find_file, tie_previews
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState


def append_previews(ledger: Ledger, intent: PreviewMessage) -> Appended:
    """Refused: `no_such_channel`, `no_such_message`. Nothing to be shown, or nothing new: no event."""
    channel = ledger.find_channel(intent.channel)
    if channel is None:
        raise Refused("no_such_channel")
    line = resolve_message(ledger, channel, intent.number)
    if not line.deleted and not line.unpreviewed:
        found = [make_preview(ledger, preview) for preview in intent.previews]
        show_previews(ledger, channel, line, linked(found, line.text), intent.at)
    return Appended(channel.stream, channel.seq, line.number)


def append_previews_end(ledger: Ledger, intent: RemovePreviews) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `no_such_message`, `not_yours`, `already_deleted`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    line = resolve_message(ledger, channel, intent.number)
    if not may_delete_message(actor.role, own=line.author == actor.id):
        raise Refused("not_yours")
    if line.deleted:
        raise Refused("already_deleted")
    if not line.unpreviewed:
        show_previews(ledger, channel, line, [], intent.at, by=actor.id)
    return Appended(channel.stream, channel.seq, line.number)


def drop_unlinked(ledger: Ledger, channel: ChannelState, line: MessagePosted, text: str, at: int) -> None:
    """The message has a new `text`: what leads to nothing in it any more goes."""
    if line.previews:
        show_previews(ledger, channel, line, linked(line.previews, text), at)


def show_previews(
    ledger: Ledger, channel: ChannelState, line: MessagePosted, previews: list[PreviewPart], at: int, *, by: str = ""
) -> None:
    if previews == line.previews and not by:
        return
    event = MessagePreviewed(
        seq=channel.seq + 1, at=at, channel=channel.id, number=line.number, previews=previews, by=by
    )
    ledger.append_channel_event(channel, event, about=line.number)
    ledger.update_previews(channel, line, event.seq)
    tie_previews(ledger, line, previews)


def linked(previews: Sequence[PreviewPart], text: str) -> list[PreviewPart]:
    """Those whose link `text` has, in the order of `previews`."""
    links = set(find_links(text, len(text)))
    return [preview for preview in previews if preview.url in links]


def make_preview(ledger: Ledger, found: LinkPreview) -> PreviewPart:
    """As it is shown: without its picture where that is gone meanwhile."""
    file = find_file(ledger, found.picture) if found.picture is not None else None
    picture = make_picture(file) if file is not None and file.info.is_picture else None
    return PreviewPart(url=found.url, title=found.title, text=found.text, site=found.site, picture=picture)
