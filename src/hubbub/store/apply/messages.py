"""Messages: posting, editing, and deletion, which redacts all earlier events of the message."""

from __future__ import annotations

from hubbub.domain.ids import channel_stream
from hubbub.domain.intents import Appended, DeleteMessage, EditMessage, PostMessage
from hubbub.domain.roles import may_delete_message, may_edit_message
from hubbub.errors import Refused
from hubbub.protocol.events import MessageDeleted, MessageEdited, MessagePosted
from hubbub.store.apply.access import resolve_actor, resolve_message, resolve_own_channel, resolve_root
from hubbub.store.apply.content import Content, resolve_content
from hubbub.store.apply.kept import unpin
from hubbub.store.apply.mentions import (
    forget_addressed,
    forget_mentions,
    note_answer,
    note_mentions,
    resolve_mentions,
)
from hubbub.store.apply.previews import drop_unlinked
from hubbub.store.apply.redaction import redact
from hubbub.store.apply.threads import follow_reply
from hubbub.store.attachments import tie, untie
from hubbub.store.ledger import Ledger
from hubbub.store.lines import last_of
from hubbub.store.states import ChannelState, MemberState
from hubbub.store.threads import Root, add_reply, fetch_root, remove_reply


def append_post(ledger: Ledger, intent: PostMessage) -> Appended:
    """Refused: what the intent names. A key used before: the first answer, whatever else has changed."""
    actor = resolve_actor(ledger, intent.actor)
    try:
        channel, member = resolve_own_channel(ledger, actor, intent.channel)
    except Refused:
        # Removed since: what was acknowledged once stays acknowledged.
        if (first := _find_first_answer(ledger, intent)) is not None:
            return first
        raise
    content = Content(intent.text)
    if not intent.plain:
        if (first := _find_first_answer(ledger, intent)) is not None:
            return first
        content = resolve_content(ledger, actor, channel, intent)
    mentions = resolve_mentions(ledger, actor, channel, content.text) if intent.forward is None else []
    root = resolve_thread(ledger, channel, intent.thread) if intent.thread is not None else None
    seq, number = channel.seq + 1, channel.number + 1
    if intent.key is not None and not ledger.insert_key(actor.id, intent.key, channel.id, seq, number):
        first = _find_first_answer(ledger, intent)
        assert first is not None
        return first
    post = MessagePosted(
        seq=seq,
        at=intent.at,
        channel=channel.id,
        number=number,
        author=actor.id,
        text=content.text,
        key=intent.key,
        parts=content.parts,
        reply=content.reply,
        forward=content.forward,
        mentions=mentions,
        thread=root.number if root is not None else None,
        place=place_in(root),
    )
    channel.number = number
    ledger.append_channel_event(channel, post)
    ledger.append_line(post)
    if not intent.plain:
        tie(ledger, post)
        note_answer(ledger, post)
    if mentions:
        note_mentions(ledger, post, mentions)
    if root is not None:
        add_reply(ledger, channel, root, post)
        follow_reply(ledger, channel, actor, root, post)
    else:
        _take_in(ledger, channel, member, post)
    return Appended(channel.stream, seq, number)


def _take_in(ledger: Ledger, channel: ChannelState, member: MemberState, post: MessagePosted) -> None:
    """The room has a new message, and its author has read it."""
    channel.newest = post.number
    channel.last = last_of(post)
    channel.last_known = True
    member.position = post.number
    member.position_seq = post.seq
    ledger.mark(member)
    ledger.note_move(channel, channel, member)


def resolve_thread(ledger: Ledger, channel: ChannelState, number: int) -> Root:
    """Where a reply goes. A thread whose first message was deleted goes on, but none begins on such a message."""
    root = fetch_root(ledger, channel, resolve_root(ledger, channel, number))
    if root.deleted and root.replies is None:
        raise Refused("already_deleted")
    return root


def place_in(root: Root | None) -> int:
    """The place of the next reply."""
    return 0 if root is None else 1 if root.replies is None else root.replies.last + 1


def _find_first_answer(ledger: Ledger, intent: PostMessage) -> Appended | None:
    found = ledger.find_key(intent.actor, intent.key) if intent.key is not None else None
    return Appended(channel_stream(found[0]), found[1], found[2]) if found else None


def append_edit(ledger: Ledger, intent: EditMessage) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `no_such_message`, `not_yours`, `already_deleted`, `bad_text` (empty,
    and there are no parts)."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    line = resolve_message(ledger, channel, intent.number)
    # A forward shows the words as somebody else's.
    if not may_edit_message(own=line.author == actor.id and line.forward is None):
        raise Refused("not_yours")
    if line.deleted:
        raise Refused("already_deleted")
    if not intent.text and not line.parts:
        raise Refused("bad_text")
    if line.text == intent.text:
        return Appended(channel.stream, channel.seq, line.number)
    edit = MessageEdited(
        seq=channel.seq + 1,
        at=intent.at,
        channel=channel.id,
        number=line.number,
        by=actor.id,
        text=intent.text,
        mentions=resolve_mentions(ledger, actor, channel, intent.text),
        thread=line.thread,
    )
    ledger.append_channel_event(channel, edit, about=line.number)
    ledger.update_text(channel, line, edit.seq)
    if line.mentions:
        forget_mentions(ledger, line)
    note_mentions(ledger, line, edit.mentions)
    drop_unlinked(ledger, channel, line, intent.text, intent.at)
    return Appended(channel.stream, channel.seq, line.number)


def append_deletion(ledger: Ledger, intent: DeleteMessage) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `no_such_message`, `not_yours`, `already_deleted`."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    line = resolve_message(ledger, channel, intent.number)
    if not may_delete_message(actor.role, own=line.author == actor.id):
        raise Refused("not_yours")
    if line.deleted:
        raise Refused("already_deleted")
    redact(ledger, channel, line)
    deleted = MessageDeleted(
        seq=channel.seq + 1, at=intent.at, channel=channel.id, number=line.number, by=actor.id, thread=line.thread
    )
    ledger.append_channel_event(channel, deleted, about=line.number)
    ledger.delete_line(channel, line)
    if line.thread is not None:
        remove_reply(ledger, channel, line.thread)
    untie(ledger, line)
    unpin(ledger, channel, line.number)
    if line.mentions or line.reply is not None:
        forget_addressed(ledger, line)
    return Appended(channel.stream, channel.seq, line.number)
