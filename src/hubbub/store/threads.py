"""What hangs on a message as its thread: the summary on its line, and who follows it.

Invariants:
1. The summary on a line is what its replies say (verify.py proves it): it changes in the transaction that adds one or
   deletes one.
2. Who has a row in `follows` is a member of the channel; the row goes with the membership.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from hubbub.protocol.events import REPLY_PEOPLE, FollowedThread, MessagePosted, Replies
from hubbub.store import writes
from hubbub.store.ledger import Ledger
from hubbub.store.lines import decode_replies
from hubbub.store.states import ChannelState

_NONE: Final = Replies(count=0, last=0, at=0, people=[])


@dataclass(frozen=True, slots=True)
class Root:
    """The message a thread hangs on, as far as its line tells."""

    number: int
    seq: int
    author: str
    deleted: bool
    replies: Replies | None


def fetch_root(ledger: Ledger, channel: ChannelState, number: int) -> Root:
    """The message of this number, which is there."""
    ledger.flush()
    row = ledger.cursor.execute(writes.FIND_THREAD, (channel.id, channel.id, number)).fetchone()
    seq, author, deleted, replies = row
    return Root(number, seq, author, bool(deleted), decode_replies(replies) if replies is not None else None)


def add_reply(ledger: Ledger, channel: ChannelState, root: Root, post: MessagePosted) -> None:
    """The thread has one more reply."""
    before = root.replies or _NONE
    others = [user for user in before.people if user != post.author]
    people = [post.author, *others][:REPLY_PEOPLE]
    _update(ledger, channel, root, Replies(count=before.count + 1, last=post.place, at=post.at, people=people))


def remove_reply(ledger: Ledger, channel: ChannelState, number: int) -> None:
    """One of the replies to message `number` was deleted. Its place, time and author stay those of a reply."""
    root = fetch_root(ledger, channel, number)
    assert root.replies is not None
    _update(ledger, channel, root, msgspec.structs.replace(root.replies, count=root.replies.count - 1))


def _update(ledger: Ledger, channel: ChannelState, root: Root, replies: Replies) -> None:
    ledger.writes += 1
    ledger.cursor.execute(writes.UPDATE_REPLIES, (msgspec.json.encode(replies), channel.id, root.seq))


# --- following --------------------------------------------------------------------------------------------------------


def find_follow(ledger: Ledger, user: str, channel: str, root: int) -> FollowedThread | None:
    """Where the user is in a thread they follow, without what is unread there."""
    row = ledger.cursor.execute(writes.FIND_FOLLOW, (user, channel, root)).fetchone()
    if row is None:
        return None
    since, position, position_seq = row
    return FollowedThread(channel=channel, number=root, since=since, position=position, position_seq=position_seq)


def fetch_follows(ledger: Ledger, user: str) -> list[tuple[str, int]]:
    """The channels and numbers of the threads the user follows, the one followed for longest first."""
    return list(ledger.cursor.execute(writes.FIND_FOLLOWS, (user,)))


def insert_follow(ledger: Ledger, user: str, user_seq: int, follow: FollowedThread) -> None:
    ledger.writes += 1
    ledger.cursor.execute(
        writes.INSERT_FOLLOW,
        (user, follow.channel, follow.number, follow.since, user_seq, follow.position, follow.position_seq),
    )


def move_follow(ledger: Ledger, user: str, channel: str, root: int, position: int, seq: int) -> None:
    """The user has read the thread up to the message `position`, as of the channel's event `seq`."""
    ledger.writes += 1
    ledger.cursor.execute(writes.READ_FOLLOW, (position, seq, user, channel, root))


def delete_follow(ledger: Ledger, user: str, channel: str, root: int) -> None:
    ledger.writes += 1
    ledger.cursor.execute(writes.DELETE_FOLLOW, (user, channel, root))


def fetch_unread(ledger: Ledger, user: str, channel: str, root: int, position: int) -> list[int]:
    """The newest numbers of others' undeleted replies above `position`, in order."""
    ledger.flush()
    rows = ledger.cursor.execute(writes.FIND_UNREAD_REPLIES, (channel, root, position, user))
    return [number for (number,) in rows][::-1]
