"""Checks of the log that is left: what was acknowledged, what was asked for, nothing twice, no gaps."""

from __future__ import annotations

from typing import Final

from hubbub.protocol.events import MessagePosted
from tests.faults.harness.evidence import Asked, Evidence, Problems, explains, is_post_of, subject_of, subject_of_event
from tests.faults.harness.history import Answer, Kind, Operation

# These may find what they want already so. They are then answered with the channel's head, and there is no event.
MAY_CHANGE_NOTHING: Final = frozenset({Kind.REACT, Kind.UNREACT, Kind.JOIN, Kind.ADD})


def find_lost(evidence: Evidence) -> Problems:
    """Each acknowledged operation has its event where its acknowledgement said, as it was asked for."""
    for operation in evidence.history.operations:
        if operation.kind is Kind.READ:
            continue  # it is in the reader's own log, which only they read: see the states that are compared
        for answer in operation.answers:
            if answer.code is None and not _is_kept(evidence, operation, answer):
                found = evidence.at(operation.channel, answer.seq)
                who = evidence.name(operation.person)
                yield f"{who}'s {operation.kind} {operation.key} was acknowledged as {answer}, the log has {found}"


def _is_kept(evidence: Evidence, operation: Operation, answer: Answer) -> bool:
    event = evidence.at(operation.channel, answer.seq)
    if operation.kind is Kind.POST and isinstance(event, MessagePosted):
        whole = not event.redacted or (event.channel, event.number) in evidence.deleted
        return whole and event.number == answer.number and explains(operation, event)
    if event is not None and explains(operation, event):
        return True
    return operation.kind in MAY_CHANGE_NOTHING and _was_so(evidence, operation, answer)


def _was_so(evidence: Evidence, operation: Operation, answer: Answer) -> bool:
    """Whether something up to then had made it so already. (That a reaction is not there needs nothing.)"""
    seq = answer.seq or 0
    match operation.kind:
        case Kind.UNREACT:
            return True
        case Kind.REACT:
            return any(event.seq <= seq for event in evidence.by_subject.get(subject_of(operation), ()))
        case _:  # whoever let them in
            user = operation.user or operation.person
            return any(joined <= seq for joined in evidence.joined.get((operation.channel, user), ()))


def find_doubles(evidence: Evidence) -> Problems:
    """No key and no text is in the logs twice; a repetition gets the first answer again; no two posts share a place."""
    seen: dict[str, tuple[str, int]] = {}
    for channel, log in evidence.logs.items():
        for event in log:
            if isinstance(event, MessagePosted) and not event.redacted:
                for what in {f"{event.author} key {event.key}", f"{event.author} text {event.text}"}:
                    if what in seen:
                        yield f"{what[:80]!r} is there twice: {seen[what]} and {(channel, event.seq)}"
                    seen[what] = (channel, event.seq)
    taken: dict[tuple[str, int | None], str] = {}
    for post in evidence.history.acknowledged:
        places = {(answer.seq, answer.number) for answer in post.answers if answer.code is None}
        if len(places) > 1:
            yield f"{post.key} was acknowledged at different places: {sorted(places, key=str)}"
        for seq, _ in places:
            if taken.setdefault((post.channel, seq), post.key) != post.key:
                yield f"{post.key} and {taken[post.channel, seq]} were both acknowledged as {seq} of {post.channel}"


def find_gaps(evidence: Evidence) -> Problems:
    """Each log counts its events from 1, and its messages from 1."""
    for channel, log in evidence.logs.items():
        for expected, event in enumerate(log, 1):
            if event.seq != expected:
                yield f"{channel}: {event.seq} stands where {expected} should"
                break
        numbers = [event.number for event in log if isinstance(event, MessagePosted)]
        for expected, number in enumerate(numbers, 1):
            if number != expected:
                yield f"{channel}: message {number} stands where {expected} should"
                break


def find_fragments(evidence: Evidence) -> Problems:
    """Everything in the logs was asked for, exactly so; nothing that was refused is there."""
    history = evidence.history
    posts = {(each.person, each.key): each for each in history.operations if each.kind is Kind.POST}
    asked: dict[object, list[Operation]] = {}
    for operation in history.operations:
        if operation.kind not in (Kind.POST, Kind.READ):
            asked.setdefault(subject_of(operation), []).append(operation)
    for channel, log in evidence.logs.items():
        for event in log[history.before.get(channel, 0) :]:
            if isinstance(event, MessagePosted):
                yield from _check_post(evidence, event, posts)
            elif isinstance(event, Asked):
                wanted = [each for each in asked.get(subject_of_event(event), ()) if explains(each, event)]
                if not wanted:
                    yield f"nobody asked for {event}"
                elif all(each.refused for each in wanted):
                    yield f"{event} is there, and was refused: {wanted[0].answers}"


def _check_post(evidence: Evidence, event: MessagePosted, posts: dict[tuple[str, str], Operation]) -> Problems:
    if event.redacted:
        return  # whose it was: see what was acknowledged
    post = posts.get((event.author, event.key or ""))
    if post is None:
        yield f"nobody posted {event}"
    elif not is_post_of(post, event) or post.channel != event.channel:
        yield f"{evidence.name(event.author)} posted {post.text!r} to {post.channel}, the log has {event}"
    elif post.refused:
        yield f"{post.key} was refused ({post.answers}), and is there as {event.seq}"
