"""What somebody wants to change: one class a change, made by the services, carried out by the log.

An intent is checked twice: its form by the service that makes it (names, texts), and what depends on the state of the
world (membership, role, key) by the log inside the committing transaction, where alone the answer is still true when
the event is written. All times are milliseconds since 1970, UTC.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from hubbub.domain.links import LinkPreview
from hubbub.domain.new_parts import Forwarded, NewPart
from hubbub.domain.notifications import Level, NotificationSettings


class CreateUser(msgspec.Struct, frozen=True, gc=False):
    """A new account `user`. The first one on a server becomes owner; all join the channels everyone joins.

    `role` None means: owner when it is the first account, member otherwise. Refused: `name_taken`.
    """

    user: str
    name: str
    password_hash: str
    at: int
    role: str | None = None


class CreateChannel(msgspec.Struct, frozen=True, gc=False):
    """A new channel with the id `channel`; its creator is its first member. Refused: `forbidden`, `name_taken`,
    `too_many_channels`. Two channels may not have the same name key, unless one of them is private."""

    actor: str
    channel: str
    name: str
    topic: str
    private: bool
    at: int


class UpdateChannel(msgspec.Struct, frozen=True, gc=False):
    """Rename a channel or set its topic (None leaves as it is); one event for each that changes.

    Refused: `no_such_channel`, `not_a_member`, `forbidden`, `name_taken`, `direct_conversation`.
    """

    actor: str
    channel: str
    name: str | None
    topic: str | None
    at: int


class AddMember(msgspec.Struct, frozen=True, gc=False):
    """`actor` is `user`: joining a public channel. Otherwise: a member puts somebody in. Already in: no event.

    Refused: `no_such_channel` (absent, or private and the actor not in it), `no_such_user`, `forbidden`,
    `too_many_channels`, `direct_conversation`, `too_many_people` (in a group).
    """

    actor: str
    channel: str
    user: str
    at: int


class RemoveMember(msgspec.Struct, frozen=True, gc=False):
    """`actor` is `user`: leaving. Otherwise somebody with the right to takes them out. Not in: `not_a_member`.

    Leaving a conversation between two hides it; nobody is taken out of one: `direct_conversation`.
    """

    actor: str
    channel: str
    user: str
    at: int


class OpenConversation(msgspec.Struct, frozen=True, gc=False):
    """The conversation of `actor` with `users`; where there is none yet it begins, with the id `channel`.

    `users` may name the actor, who is in it anyhow; nobody else means oneself alone. The answer's `stream` says which
    it is. One that was hidden is in the actor's list again. Refused: `no_such_user` (absent or disabled),
    `too_many_people`, `forbidden`, `too_many_channels`.
    """

    actor: str
    channel: str
    users: tuple[str, ...]
    at: int


class UpdateMembership(msgspec.Struct, frozen=True, gc=False):
    """What the actor makes of their own place in a channel; None leaves as it is. Nothing changes: no event.

    `hidden`: out of their list until the next message. Refused: `no_such_channel`, `not_a_member`.
    """

    actor: str
    channel: str
    muted: bool | None
    pinned: bool | None
    hidden: bool | None
    at: int


class PostMessage(msgspec.Struct, frozen=True, gc=False):
    """A message; with a `key` it is stored once per user for ever, a repeat gets the first answer again.

    Advances the author's own read position; a reply in the thread of message `thread` that of the thread, which the
    author follows from then on, as does the author of what it hangs on from the first reply. Refused:
    `no_such_channel`, `not_a_member`; for its parts `no_such_file`, `file_not_ready`, `bad_part`, `no_such_user`; for
    what it answers or forwards, and its thread, `no_such_message`, `already_deleted`.
    """

    actor: str
    channel: str
    text: str
    key: str | None
    at: int
    parts: tuple[NewPart, ...] = ()
    reply: int | None = None
    forward: Forwarded | None = None
    thread: int | None = None

    @property
    def plain(self) -> bool:
        """Whether it is a text and nothing else, as most are: then it depends on nothing there was before."""
        return not self.parts and self.reply is None and self.forward is None and self.thread is None


class EditMessage(msgspec.Struct, frozen=True, gc=False):
    """Refused: `no_such_message`, `not_yours`, `already_deleted`, `not_a_member`, `bad_text` (empty, and there
    are no parts). The same text again: no event."""

    actor: str
    channel: str
    number: int
    text: str
    at: int


class DeleteMessage(msgspec.Struct, frozen=True, gc=False):
    """Redacts every earlier event of the message in the same transaction. Refused: as for editing; a second time:
    `already_deleted`."""

    actor: str
    channel: str
    number: int
    at: int


class PreviewMessage(msgspec.Struct, frozen=True, gc=False):
    """What the server has found behind a message's links: those of them count that it still has. Nothing new: no event.

    Refused: `no_such_channel`, `no_such_message`.
    """

    channel: str
    number: int
    previews: tuple[LinkPreview, ...]
    at: int


class RemovePreviews(msgspec.Struct, frozen=True, gc=False):
    """The author, or a moderator, wants no previews under a message, now and later. Refused: as for deleting."""

    actor: str
    channel: str
    number: int
    at: int


class AddReaction(msgspec.Struct, frozen=True, gc=False):
    """Already there: no event. Refused: `no_such_message`, `already_deleted`, `too_many_reactions`, `not_a_member`."""

    actor: str
    channel: str
    number: int
    emoji: str
    at: int


class RemoveReaction(msgspec.Struct, frozen=True, gc=False):
    """Not there: no event."""

    actor: str
    channel: str
    number: int
    emoji: str
    at: int


class PinMessage(msgspec.Struct, frozen=True, gc=False):
    """Already pinned: no event. Refused: `no_such_channel`, `not_a_member`, `no_such_message`, `already_deleted`,
    `too_many_pins`."""

    actor: str
    channel: str
    number: int
    at: int


class UnpinMessage(msgspec.Struct, frozen=True, gc=False):
    """Not pinned: no event. Refused: `no_such_channel`, `not_a_member`, `no_such_message`."""

    actor: str
    channel: str
    number: int
    at: int


class SaveMessage(msgspec.Struct, frozen=True, gc=False):
    """For the actor alone. Already saved: no event. Refused: `no_such_channel` (also one that may not be read),
    `no_such_message`, `already_deleted`, `too_many_saved`."""

    actor: str
    channel: str
    number: int
    at: int


class UnsaveMessage(msgspec.Struct, frozen=True, gc=False):
    """Not saved: no event, whatever is named. Nothing else is asked: what one may not read any more can go too."""

    actor: str
    channel: str
    number: int
    at: int


class VotePoll(msgspec.Struct, frozen=True, gc=False):
    """The same vote again: no event. Refused: `no_such_channel`, `not_a_member`, `no_such_message`, `already_deleted`,
    `no_poll`, `poll_closed`, `bad_vote` (no such option, or several where one is to be chosen), `too_many_votes`."""

    actor: str
    channel: str
    number: int
    options: tuple[int, ...]
    at: int


class ClosePoll(msgspec.Struct, frozen=True, gc=False):
    """Closed already: no event. Refused: `no_such_channel`, `not_a_member`, `no_such_message`, `already_deleted`,
    `no_poll`, `not_yours`."""

    actor: str
    channel: str
    number: int
    at: int


class SetPosition(msgspec.Struct, frozen=True, gc=False):
    """The user has read up to `number` (0 for nothing; lower than before marks as unread). Clamped to the head."""

    actor: str
    channel: str
    number: int
    at: int


class FollowThread(msgspec.Struct, frozen=True, gc=False):
    """The user follows the thread of message `number`, or no more. Already so: no event. Refused: `no_such_channel`,
    `not_a_member`, `no_such_message`."""

    actor: str
    channel: str
    number: int
    follow: bool
    at: int


class ReadThread(msgspec.Struct, frozen=True, gc=False):
    """The user has read the thread of message `number` up to the message `position`, clamped to the head. Not followed:
    no event. Refused: as FollowThread."""

    actor: str
    channel: str
    number: int
    position: int
    at: int


class SetNotifications(msgspec.Struct, frozen=True, gc=False):
    """What the actor wants to be told of: `settings` of all, or the `level` of one `channel` (None: as all others).
    Nothing changes: no event. Refused: `no_such_channel`, `not_a_member`."""

    actor: str
    at: int
    settings: NotificationSettings | None = None
    channel: str | None = None
    level: Level | None = None


Intent: TypeAlias = (
    SetNotifications
    | CreateUser
    | CreateChannel
    | UpdateChannel
    | AddMember
    | RemoveMember
    | OpenConversation
    | UpdateMembership
    | PostMessage
    | EditMessage
    | DeleteMessage
    | PreviewMessage
    | RemovePreviews
    | AddReaction
    | RemoveReaction
    | PinMessage
    | UnpinMessage
    | SaveMessage
    | UnsaveMessage
    | VotePoll
    | ClosePoll
    | SetPosition
    | FollowThread
    | ReadThread
)


class Appended(msgspec.Struct, frozen=True, gc=False):
    """The answer to an intent: `seq` of its (last) event, or the head where nothing had to change.

    `number` is the message's, where there is one. `stream` names the log that `seq` counts.
    """

    stream: str
    seq: int
    number: int | None = None
