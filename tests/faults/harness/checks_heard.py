"""Checks of what people heard: one order, nothing skipped or repeated, nothing that was not for them."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TypeAlias

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.protocol.events import (
    AnyEvent,
    ChannelEvent,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    UserEvent,
)
from hubbub.store.apply.redaction import make_blank
from tests.faults.harness.evidence import Evidence, Problems
from tests.faults.harness.history import Answer, Operation, Visit

Redactable: TypeAlias = MessagePosted | MessageEdited | ReactionAdded | ReactionRemoved


def find_disorder(evidence: Evidence) -> Problems:
    """What each reader heard is the log itself; and what was posted after an acknowledgement stands after it."""
    for visit in evidence.history.visits:
        for event in visit.heard:
            if isinstance(event, ChannelEvent):
                said = evidence.at(event.channel, event.seq)
                if not is_same(event, said):
                    yield f"{evidence.name(visit.person)} heard {event}, the log has {said}"
    yield from _find_overtaking(evidence)


def is_same(heard: AnyEvent, logged: AnyEvent | None) -> bool:
    """Whether they are one event; what was deleted since may have lost its content."""
    if heard is logged or heard == logged:  # the first is the usual case, and cheap
        return True
    if not isinstance(heard, Redactable) or not isinstance(logged, Redactable):
        return False
    return logged.redacted and make_blank(heard) == logged


def _find_overtaking(evidence: Evidence) -> Problems:
    by_channel: dict[str, list[tuple[int, Answer, Operation]]] = {}
    for post in evidence.history.acknowledged:
        if (answer := post.accepted) is not None and answer.seq is not None:
            by_channel.setdefault(post.channel, []).append((answer.seq, answer, post))
    for posts in by_channel.values():
        first: tuple[float, str] | None = None  # of those later in the log, the one acknowledged first
        for _, answer, post in sorted(posts, key=lambda each: -each[0]):
            if first is not None and first[0] < post.began:
                yield f"{post.key} was begun after {first[1]} was acknowledged, and stands before it"
            first = min(first or (answer.at, post.key), (answer.at, post.key))


def find_gaps_heard(evidence: Evidence) -> Problems:
    """Each connection hears each stream on from the position it gave, one by one; who joins, what follows the joining;
    who was reset, what follows the head that was told."""
    for visit in evidence.history.visits:
        known = {**visit.positions, **{stream: visit.heads.get(stream, -1) for stream in visit.resets}}
        for event in visit.heard:
            stream = user_stream(event.user) if isinstance(event, UserEvent) else channel_stream(event.channel)
            if event.seq != known.get(stream, -1) + 1 and not _begins_there(evidence, visit, event):
                yield f"{evidence.name(visit.person)} heard {event.seq} of {stream}, after {known.get(stream)}"
            known[stream] = event.seq


def _begins_there(evidence: Evidence, visit: Visit, event: AnyEvent) -> bool:
    if isinstance(event, UserEvent):
        return False
    before = evidence.at(event.channel, event.seq - 1)
    return isinstance(before, MemberJoined) and before.user.id == visit.person


def find_overheard(evidence: Evidence) -> Problems:
    """Nobody hears anything of a channel up to their joining, nor after their leaving or removal."""
    inside: dict[tuple[str, str], list[int]] = {}
    for channel, log in evidence.logs.items():
        for event in log:
            if isinstance(event, MemberJoined | MemberLeft):
                inside.setdefault((event.user.id, channel), []).append(event.seq)
    for visit in evidence.history.visits:
        for event in visit.heard:
            if isinstance(event, UserEvent):
                continue
            # Joined, left, joined, left …: inside after an odd number of them before this event.
            if bisect_left(inside.get((visit.person, event.channel), []), event.seq) % 2 == 0:
                yield f"{evidence.name(visit.person)} was not in and heard {event}"


def find_resurrected(evidence: Evidence) -> Problems:
    """Who connects after a deletion hears nothing of what the message said."""
    for visit in evidence.history.visits:
        for event in visit.heard:
            if isinstance(event, Redactable) and not event.redacted:
                since = evidence.deleted.get((event.channel, event.number))
                if since is not None and event.seq < since <= visit.heads.get(channel_stream(event.channel), 0):
                    yield f"{evidence.name(visit.person)} heard {event}, deleted by {since} before they came"


def find_backward(evidence: Evidence) -> Problems:
    """Within one life of the server no event of a channel is older than the one before it, whatever the clock does."""
    lives: dict[tuple[str, int], int] = {}
    for visit in evidence.history.visits:
        for event in visit.heard:
            # Beyond the head in the welcome: it was committed while this connection was open.
            if isinstance(event, ChannelEvent) and event.seq > visit.heads.get(channel_stream(event.channel), 0):
                lives[event.channel, event.seq] = visit.life
    for channel, log in evidence.logs.items():
        for before, event in pairwise(log):
            life = lives.get((channel, event.seq))
            if event.at < before.at and life is not None and lives.get((channel, before.seq)) == life:
                yield f"{channel}: {event.seq} is of {event.at}, {before.seq} before it of {before.at}"
