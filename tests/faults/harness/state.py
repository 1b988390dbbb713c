"""What a client that resumes knows: channels as in its list, and the newest messages of each, from events alone.

Compared with what one that fetches afresh is told. Independent of the server's tables and of the pages' reducer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.protocol.events import (
    AnyEvent,
    ChannelEvent,
    MembershipEnded,
    MembershipStarted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Reaction,
    ReactionAdded,
    ReactionRemoved,
    UserEvent,
)
from hubbub.protocol.replies import Snapshot
from tests.support.replica import Replica

# The newest messages of a channel that are kept, as an open page keeps some.
WINDOW: Final = 200


@dataclass(slots=True)
class State:
    """`windows`: channel → number → message as it is now."""

    user: str
    replica: Replica = field(init=False)
    windows: dict[str, dict[int, MessagePosted]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.replica = Replica(self.user)

    def load(self, snapshot: Snapshot) -> None:
        """Begin afresh."""
        self.replica.load(snapshot)
        self.windows.clear()

    @property
    def positions(self) -> dict[str, int]:
        """What to resume from: stream → the last seq that is known."""
        known = {channel_stream(each.id): each.seq for each in self.replica.channels.values()}
        return {user_stream(self.user): self.replica.seq, **known}

    def apply(self, event: AnyEvent) -> None:
        """Raises AssertionError on a gap. What a snapshot has told already changes nothing."""
        if isinstance(event, UserEvent):
            if event.seq > self.replica.seq:
                self.replica.apply(event)
                if isinstance(event, MembershipStarted):
                    self.windows[event.channel.id] = {}
                elif isinstance(event, MembershipEnded):
                    self.windows.pop(event.channel, None)
            return
        known = self.replica.channels.get(event.channel)
        if known is not None and event.seq > known.seq:
            self.replica.apply(event)
            change_window(self.windows.setdefault(event.channel, {}), event)


def change_window(window: dict[int, MessagePosted], event: ChannelEvent) -> None:
    """Apply one event to the messages of a channel."""
    match event:
        case MessagePosted():
            window[event.number] = event
            if len(window) > WINDOW:
                del window[next(iter(window))]
        case MessageEdited(number=number) if number in window:
            window[number] = replace(window[number], text=event.text, edited_at=event.at)
        case MessageDeleted(number=number) if number in window:
            window[number] = make_tombstone(window[number])
        case ReactionAdded(number=number) | ReactionRemoved(number=number) if number in window:
            window[number] = replace(window[number], reactions=react(window[number].reactions, event))


def make_tombstone(message: MessagePosted) -> MessagePosted:
    return replace(message, text="", key=None, edited_at=None, reactions=[], deleted=True, redacted=False)


def react(reactions: Iterable[Reaction], event: ReactionAdded | ReactionRemoved) -> list[Reaction]:
    users = {reaction.emoji: [user for user in reaction.users if user != event.by] for reaction in reactions}
    kept = {reaction.emoji: list(reaction.users) for reaction in reactions} | (
        {event.emoji: users.get(event.emoji, [])}
    )
    if isinstance(event, ReactionAdded):
        kept[event.emoji] = [*kept[event.emoji], event.by]
    return [Reaction(emoji=emoji, users=names) for emoji, names in kept.items() if names]


def differences(state: State, fresh: Snapshot, messages: Mapping[str, Mapping[int, MessagePosted]]) -> list[str]:
    """How a state differs from what is fetched afresh: the snapshot, and messages by channel and number."""
    found = []
    if state.replica.seq != fresh.seq:
        found.append(f"their own stream is at {state.replica.seq}, afresh it is at {fresh.seq}")
    channels = {each.id: each for each in fresh.channels}
    for channel in state.replica.channels.keys() | channels.keys():
        ours, theirs = state.replica.channels.get(channel), channels.get(channel)
        if ours and theirs and channel in state.replica.stale:
            ours = replace(ours, unread=theirs.unread)
        if ours != theirs:
            found.append(f"channel {channel} is {ours}, afresh it is {theirs}")
    for channel, window in state.windows.items():
        for number, message in window.items():
            ours_now = make_tombstone(message) if message.deleted else message
            if (told := messages.get(channel, {}).get(number)) != ours_now:
                found.append(f"message {number} of {channel} is {ours_now}, afresh it is {told}")
    return found
