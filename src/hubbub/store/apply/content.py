"""What a post says: its own text and parts, or those of what it forwards, and the quote of what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import msgspec

from hubbub.domain.intents import PostMessage
from hubbub.domain.new_parts import Forwarded, NewMeeting, NewPoll
from hubbub.errors import Refused
from hubbub.protocol.events import LAST_TEXT, MessagePosted
from hubbub.protocol.parts import Origin, Part, PollPart, Quote, kind_of, picture_of
from hubbub.protocol.people import UserView
from hubbub.protocol.showing import files_named, make_part
from hubbub.store.apply.access import resolve_channel, resolve_message
from hubbub.store.attachments import fetch_own_files
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, UserState


@dataclass(frozen=True, slots=True)
class Content:
    """Of a post, what its event carries besides who, where and when."""

    text: str
    parts: list[Part] = field(default_factory=list)
    reply: Quote | None = None
    forward: Origin | None = None


def resolve_content(ledger: Ledger, actor: UserState, channel: ChannelState, intent: PostMessage) -> Content:
    """Raises what PostMessage names, and `Cold`; writes nothing."""
    reply = quote(ledger, channel, intent.reply) if intent.reply is not None else None
    if intent.forward is not None:
        content = resolve_forward(ledger, actor, channel, intent.forward, reply)
        return replace(content, parts=[_reopen(part, intent.at) for part in content.parts])
    return Content(intent.text, resolve_parts(ledger, actor, intent), reply)


def _reopen(part: Part, at: int) -> Part:
    """A forwarded poll asks anew; the time to answer the first one may be over."""
    if isinstance(part, PollPart) and part.closes_at is not None and part.closes_at <= at:
        return msgspec.structs.replace(part, closes_at=None)
    return part


def resolve_parts(ledger: Ledger, actor: UserState, intent: PostMessage) -> list[Part]:
    files = fetch_own_files(ledger, actor.id, (file for new in intent.parts for file in files_named(new)))
    invited = (user for new in intent.parts if isinstance(new, NewMeeting) for user in new.people)
    people = {user: show_user(ledger, user) for user in invited}
    for new in intent.parts:
        if isinstance(new, NewPoll) and new.closes_at is not None and new.closes_at <= intent.at:
            raise Refused("bad_part", "A poll closes at a time that lies ahead.")
    return [make_part(new, files, people, intent.at) for new in intent.parts]


def resolve_forward(
    ledger: Ledger, actor: UserState, channel: ChannelState, wanted: Forwarded, reply: Quote | None
) -> Content:
    """A copy of a message that the actor may read. A forwarded message forwarded again is still from the first one.

    Who reads the copy may not be allowed to know of the channel it is from: that is named if it is public, or if it is
    the channel the copy goes to.
    """
    origin, _ = resolve_channel(ledger, actor, wanted.channel)
    line = resolve_message(ledger, origin, wanted.number)
    if line.deleted:
        raise Refused("already_deleted")
    return Content(line.text, line.parts, reply, label(ledger, channel, origin, line))


def label(ledger: Ledger, target: ChannelState, origin: ChannelState, line: MessagePosted) -> Origin:
    """Where a copy of `line` in `target` is from, as far as whoever reads it may know."""
    if line.forward is None:
        author, at, number = show_user(ledger, line.author), line.at, line.number
    else:
        author, at = line.forward.author, line.forward.at
        first = ledger.find_channel(line.forward.channel) if line.forward.channel is not None else None
        if first is None or line.forward.number is None:
            return Origin(author=author, at=at)
        origin, number = first, line.forward.number
    if origin.private and origin.id != target.id:
        return Origin(author=author, at=at)
    return Origin(author=author, at=at, channel=origin.id, number=number)


def quote(ledger: Ledger, channel: ChannelState, number: int) -> Quote:
    """The message as an answer shows it. Deleted a moment ago, while somebody wrote an answer: an empty quote."""
    line = resolve_message(ledger, channel, number)
    if line.deleted:
        return Quote(number=number, deleted=True)
    first = line.parts[0] if line.parts else None
    return Quote(
        number=number,
        author=show_user(ledger, line.author),
        text=line.text[:LAST_TEXT],
        kind=kind_of(first) if first is not None else None,
        picture=picture_of(first) if first is not None else None,
    )


def show_user(ledger: Ledger, user: str) -> UserView:
    state = ledger.find_user(user)
    if state is None:
        raise Refused("no_such_user")
    return UserView(id=state.id, name=state.name)
