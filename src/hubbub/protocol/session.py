"""What follows from a hello: which streams can be resumed, from where, and which must be fetched afresh. Pure.

Invariant: a client is sent either everything it missed of a stream, or `reset`; never a part shown as the whole. And
nobody is sent an event of a channel from before they (last) joined it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.protocol.commands import Hello
from hubbub.protocol.views import Heads


@dataclass(frozen=True, slots=True)
class Resumption:
    """`heads`: every stream the user hears, their own first. `joined`: for each channel, the seq at which they joined.
    `behind`: the seq after which to send, for each stream with something missed. `resets`: the streams whose position
    cannot be resumed."""

    heads: dict[str, int]
    joined: dict[str, int]
    behind: dict[str, int]
    resets: tuple[str, ...]


def plan_resumption(hello: Hello, user: str, heads: Heads, bound: int) -> Resumption:
    """`bound` is the most events sent for one stream; a client further behind gets `reset`."""
    own = user_stream(user)
    streams = {own: heads.user_seq} | {channel_stream(id_): member.head for id_, member in heads.channels.items()}
    joined = {channel_stream(id_): member.joined_seq for id_, member in heads.channels.items()}
    if hello.epoch is not None and hello.epoch != heads.epoch:
        return Resumption(streams, joined, {}, tuple(hello.streams))
    known_user_seq = hello.streams.get(own)
    starts = {} if known_user_seq is None else {own: known_user_seq}
    for id_, member in heads.channels.items():
        name = channel_stream(id_)
        position = hello.streams.get(name)
        # Joined while away: its own stream tells the client first, which begins there, whatever it had before.
        told = known_user_seq is not None and known_user_seq < member.joined_user_seq
        if told and (position is None or position < member.joined_seq):
            starts[name] = member.joined_seq
        elif position is not None:
            starts[name] = position
    resets = [
        name for name, start in starts.items() if start < joined.get(name, 0) or not 0 <= streams[name] - start <= bound
    ]
    if known_user_seq is None or own in resets:
        # Without its own stream the client does not learn that it is out of a channel.
        resets += [name for name in hello.streams if name not in streams]
    behind = {name: start for name, start in starts.items() if start < streams[name] and name not in resets}
    return Resumption(streams, joined, behind, tuple(resets))
