"""What a client knows: one snapshot, then only the batches a hub would deliver to it.

Independent of the store and of the pages' reducer; used to hold "old snapshot + events == new snapshot".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.protocol import codec
from hubbub.protocol.batch import Batch
from hubbub.protocol.events import (
    LAST_TEXT,
    UNREAD_KEPT,
    AnyEvent,
    AnyUserEvent,
    ChannelRenamed,
    ChannelSummary,
    FollowedThread,
    LastMessage,
    MemberJoined,
    MemberLeft,
    MembershipChanged,
    MembershipEnded,
    MembershipStarted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    MessageSaved,
    MessageUnsaved,
    NotificationsSet,
    PollAnswered,
    PositionSet,
    ThreadFollowed,
    ThreadRead,
    ThreadUnfollowed,
    TopicChanged,
    UserView,
)
from hubbub.protocol.parts import kind_of
from hubbub.protocol.replies import Snapshot


@dataclass(slots=True)
class Replica:
    """`stale` names channels whose unread list only a fresh fetch can tell."""

    user: str
    seq: int = 0
    channels: dict[str, ChannelSummary] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    threads: dict[tuple[str, int], FollowedThread] = field(default_factory=dict)

    def load(self, snapshot: Snapshot) -> None:
        self.seq = snapshot.seq
        self.channels = {each.id: each for each in snapshot.channels}
        self.threads = {(each.channel, each.number): each for each in snapshot.threads}
        self.stale.clear()

    def apply(self, event: AnyEvent) -> None:
        match event:
            case (
                MembershipStarted()
                | MembershipEnded()
                | MembershipChanged()
                | PositionSet()
                | MessageSaved()
                | MessageUnsaved()
                | NotificationsSet()
                | PollAnswered()
            ):
                assert event.seq == self.seq + 1, (event, self.seq)
                self.seq = event.seq
                self._apply_own(event)
            case ThreadFollowed() | ThreadUnfollowed() | ThreadRead():
                assert event.seq == self.seq + 1, (event, self.seq)
                self.seq = event.seq
                self._apply_thread(event)
            case _:
                summary = self.channels.get(event.channel)
                if summary is None or event.seq <= summary.seq:
                    return
                assert event.seq == summary.seq + 1, (event, summary)
                self._count_reply(event)
                self.channels[event.channel] = self._after(replace(summary, seq=event.seq), event)

    def _apply_own(self, event: AnyUserEvent) -> None:
        if isinstance(event, MembershipStarted):
            self.channels[event.channel.id] = event.channel
        elif isinstance(event, MembershipEnded):
            self.channels.pop(event.channel)
            self.threads = {each: follow for each, follow in self.threads.items() if each[0] != event.channel}
        elif isinstance(event, MembershipChanged):
            place = {"muted": event.muted, "pinned": event.pinned, "hidden_below": event.hidden_below}
            self.channels[event.channel] = replace(self.channels[event.channel], **place)
        elif (
            isinstance(event, PositionSet)
            and event.channel_seq >= (summary := self.channels[event.channel]).position_seq
        ):
            if event.number < summary.position:
                self.stale.add(event.channel)
            unread = [number for number in summary.unread if number > event.number]
            self.channels[event.channel] = replace(
                summary, position=event.number, position_seq=event.channel_seq, unread=unread
            )

    def _apply_thread(self, event: ThreadFollowed | ThreadUnfollowed | ThreadRead) -> None:
        thread = (event.channel, event.number)
        if isinstance(event, ThreadFollowed):
            since, position = event.channel_seq, event.position
            self.threads[thread] = FollowedThread(
                channel=event.channel,
                number=event.number,
                since=since,
                position=position,
                position_seq=since,
                unread=event.unread,
            )
            if self.channels[event.channel].seq > since:
                self.stale.add(event.channel)
        elif isinstance(event, ThreadUnfollowed):
            self.threads.pop(thread)
        elif event.channel_seq >= (follow := self.threads[thread]).position_seq:
            if event.position < follow.position:
                self.stale.add(event.channel)
            unread = [number for number in follow.unread if number > event.position]
            self.threads[thread] = replace(
                follow, position=event.position, position_seq=event.channel_seq, unread=unread
            )

    def _count_reply(self, event: AnyEvent) -> None:
        if not isinstance(event, MessagePosted | MessageDeleted) or event.thread is None:
            return
        follow = self.threads.get((event.channel, event.thread))
        if follow is None or event.seq <= follow.since:
            return
        unread, position = follow.unread, (follow.position, follow.position_seq)
        if isinstance(event, MessageDeleted):
            unread = [number for number in unread if number != event.number]
        elif event.author != self.user:
            unread = [*unread, event.number] if event.number > follow.position else unread
        elif event.seq > follow.position_seq:
            unread, position = [number for number in unread if number > event.number], (event.number, event.seq)
        self.threads[event.channel, event.thread] = replace(
            follow, unread=unread, position=position[0], position_seq=position[1]
        )

    def _after(self, summary: ChannelSummary, event: AnyEvent) -> ChannelSummary:
        match event:
            case ChannelRenamed():
                return replace(summary, name=event.name, unnamed=False)
            case TopicChanged():
                return replace(summary, topic=event.topic)
            case MemberJoined():
                people = [*summary.people, event.user] if summary.kind != "channel" else []
                return self._among(replace(summary, members=summary.members + 1), people)
            case MemberLeft():
                people = [person for person in summary.people if person != event.user]
                return self._among(replace(summary, members=summary.members - 1), people)
            case MessagePosted():
                return self._after_post(summary, event)
            case MessageEdited() if summary.last and summary.last.number == event.number:
                return replace(summary, last=replace(summary.last, text=event.text[:LAST_TEXT]))
            case MessageDeleted():
                return self._after_deletion(summary, event)
        return summary

    def _among(self, summary: ChannelSummary, people: list[UserView]) -> ChannelSummary:
        others = [person.name for person in people if person.id != self.user]
        name = ", ".join(others or [person.name for person in people])
        return replace(summary, people=people, name=name if summary.unnamed else summary.name)

    def _after_post(self, summary: ChannelSummary, event: MessagePosted) -> ChannelSummary:
        if event.thread is not None:
            return replace(summary, number=event.number)
        last = last_shown(event)
        summary = replace(summary, number=event.number, last=last)
        if event.author != self.user:
            if event.number <= summary.position:
                return summary  # read before it arrived here: the two streams are delivered independently
            return replace(summary, unread=[*summary.unread, event.number][-UNREAD_KEPT:])
        if event.seq < summary.position_seq:
            return summary
        unread = [number for number in summary.unread if number > event.number]
        return replace(summary, position=event.number, position_seq=event.seq, unread=unread)

    def _after_deletion(self, summary: ChannelSummary, event: MessageDeleted) -> ChannelSummary:
        if summary.last and summary.last.number == event.number:
            summary = replace(summary, last=replace(summary.last, text="", kind=None, deleted=True))
        if len(summary.unread) >= UNREAD_KEPT and event.number in summary.unread:
            self.stale.add(summary.id)
        return replace(summary, unread=[number for number in summary.unread if number != event.number])


def last_shown(event: MessagePosted) -> LastMessage:
    kind = kind_of(event.parts[0]) if event.parts else None
    text = event.text[:LAST_TEXT]
    return LastMessage(number=event.number, author=event.author, at=event.at, text=text, kind=kind)


class Listeners:
    """Replicas behind a hub: who is in a channel follows from the batches' touches alone."""

    def __init__(self) -> None:
        self.replicas: dict[str, Replica] = {}
        self._inside: dict[str, set[str]] = {}
        self._heads: dict[str, int] = {}

    def add(self, user: str) -> None:
        self.replicas[user] = Replica(user)
        self._inside[user_stream(user)] = {user}

    def hear(self, batches: Iterable[Batch]) -> None:
        """Deliver batches in order; each must follow its stream's last one without a gap."""
        for batch in batches:
            assert batch.first == self._heads.get(batch.stream, 0) + 1
            assert batch.last == batch.first + len(batch.payloads) - 1
            self._heads[batch.stream] = batch.last
            events = [codec.decode_event(payload) for payload in batch.payloads]
            assert [event.seq for event in events] == list(range(batch.first, batch.last + 1))
            self._check_touches(batch, events)
            inside = self._inside.setdefault(batch.stream, set())
            for user in sorted(inside & self.replicas.keys()):
                for event in events:
                    self.replicas[user].apply(event)
            for touch in batch.touched:
                (inside.add if touch.joined else inside.discard)(touch.user)

    def _check_touches(self, batch: Batch, events: list[AnyEvent]) -> None:
        changes = [event for event in events if isinstance(event, MemberJoined | MemberLeft)]
        assert changes in ([], events[-1:]), "a membership event is the last of its batch"
        expected = [(event.user.id, isinstance(event, MemberJoined)) for event in changes]
        assert [(touch.user, touch.joined) for touch in batch.touched] == expected

    def head(self, channel: str) -> int:
        return self._heads.get(channel_stream(channel), 0)
