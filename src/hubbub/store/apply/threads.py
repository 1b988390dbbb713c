"""Threads: who follows them, and how far they have read there. Both are the reader's own: events of the user's stream.

A reply itself is a message like any other: see messages.py.
"""

from __future__ import annotations

from hubbub.domain.intents import Appended, FollowThread, ReadThread
from hubbub.protocol.events import FollowedThread, MessagePosted, ThreadFollowed, ThreadRead, ThreadUnfollowed
from hubbub.store.apply.access import resolve_actor, resolve_own_channel, resolve_root
from hubbub.store.ledger import Ledger
from hubbub.store.states import ChannelState, UserState
from hubbub.store.threads import (
    Root,
    delete_follow,
    fetch_follows,
    fetch_unread,
    find_follow,
    insert_follow,
    move_follow,
)


def append_follow(ledger: Ledger, intent: FollowThread) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `no_such_message`. Whoever asks has read all there is."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    root = resolve_root(ledger, channel, intent.number)
    followed = find_follow(ledger, actor.id, channel.id, root) is not None
    if intent.follow and not followed:
        follow(ledger, channel, actor, root, channel.number, intent.at)
    elif followed and not intent.follow:
        _unfollow(ledger, actor, channel.id, root, intent.at)
    return Appended(actor.stream, actor.seq, root)


def append_reading(ledger: Ledger, intent: ReadThread) -> Appended:
    """Refused: `no_such_channel`, `not_a_member`, `no_such_message`. Numbers beyond the newest message mean that."""
    actor = resolve_actor(ledger, intent.actor)
    channel, _ = resolve_own_channel(ledger, actor, intent.channel)
    root = resolve_root(ledger, channel, intent.number)
    position = min(intent.position, channel.number)
    followed = find_follow(ledger, actor.id, channel.id, root)
    if followed is not None and position != followed.position:
        read = ThreadRead(
            seq=actor.seq + 1,
            at=intent.at,
            user=actor.id,
            channel=channel.id,
            number=root,
            position=position,
            channel_seq=channel.seq,
        )
        ledger.append_user_event(actor, read)
        move_follow(ledger, actor.id, channel.id, root, position, channel.seq)
    return Appended(actor.stream, actor.seq, root)


def follow_reply(ledger: Ledger, channel: ChannelState, author: UserState, root: Root, post: MessagePosted) -> None:
    """Who writes in a thread follows it, and has read it; so does, from the first reply on, who wrote what it hangs
    on, and whoever is named in it from there on."""
    if find_follow(ledger, author.id, channel.id, root.number) is not None:
        move_follow(ledger, author.id, channel.id, root.number, post.number, post.seq)
    else:
        follow(ledger, channel, author, root.number, post.number, post.at)
    called = {mention.user: post.number - 1 for mention in post.mentions if mention.user is not None}
    if root.replies is None:
        called[root.author] = root.number
    for user, position in called.items():
        person = ledger.find_user(user)
        if person is None or person.disabled or ledger.find_member(user, channel.id) is None:
            continue
        if find_follow(ledger, user, channel.id, root.number) is None and _has_room(ledger, person):
            follow(ledger, channel, person, root.number, position, post.at)


def _has_room(ledger: Ledger, user: UserState) -> bool:
    """Only what somebody does themselves ends what they have followed for longest."""
    return len(fetch_follows(ledger, user.id)) < ledger.limits.threads_followed


def follow(ledger: Ledger, channel: ChannelState, user: UserState, root: int, position: int, at: int) -> None:
    """The user, who does not, follows the thread from now on."""
    followed = fetch_follows(ledger, user.id)
    for old_channel, old_root in followed[: len(followed) + 1 - ledger.limits.threads_followed]:
        _unfollow(ledger, user, old_channel, old_root, at)
    event = ThreadFollowed(
        seq=user.seq + 1,
        at=at,
        user=user.id,
        channel=channel.id,
        number=root,
        channel_seq=channel.seq,
        position=position,
        unread=fetch_unread(ledger, user.id, channel.id, root, position),
    )
    ledger.append_user_event(user, event)
    place = FollowedThread(
        channel=channel.id, number=root, since=channel.seq, position=position, position_seq=channel.seq
    )
    insert_follow(ledger, user.id, event.seq, place)


def _unfollow(ledger: Ledger, user: UserState, channel: str, root: int, at: int) -> None:
    ended = ThreadUnfollowed(seq=user.seq + 1, at=at, user=user.id, channel=channel, number=root)
    ledger.append_user_event(user, ended)
    delete_follow(ledger, user.id, channel, root)
