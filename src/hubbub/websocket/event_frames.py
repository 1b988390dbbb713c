"""Server-sent events: WHATWG HTML, section 9.2. Pure: frames in, octets out.

Invariant: a payload is one line (JSON without raw line ends, as our encoder and the log have it), so one `data:` line
holds it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import msgspec

from hubbub.domain.ids import channel_stream, user_stream
from hubbub.protocol.codec import decode_event
from hubbub.protocol.events import ChannelEvent, MembershipEnded, MembershipStarted, UserEvent

# Its data is one empty line, so that a browser does dispatch it: a page, too, must notice when nothing comes any more.
HEARTBEAT: Final = b"event: heartbeat\ndata:\n\n"
GONE: Final = -1

Move = tuple[str, int]
"""A stream and the seq one has of it from now on; GONE: it is no longer heard."""


def encode_head(retry: int) -> bytes:
    """The answer's head and the stream's first line: after how many milliseconds to connect again. It ends with the
    connection (RFC 9112, section 6.3, point 8), so that everything after it can be written to a bare descriptor."""
    lines = (
        "HTTP/1.1 200 OK",
        "Content-Type: text/event-stream",
        "Cache-Control: no-store, no-transform",
        "X-Accel-Buffering: no",
        "X-Content-Type-Options: nosniff",
        "Cross-Origin-Resource-Policy: same-origin",
        "Referrer-Policy: same-origin",
        "Connection: close",
        "",
        f"retry: {retry}",
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def encode_event(payload: bytes) -> bytes:
    """One event of the default name."""
    return b"data: " + payload + b"\n\n"


def encode_id(cursor: str) -> bytes:
    """An event without data is not dispatched, but its id is kept (section 9.2.6, dispatch, steps 1 and 2)."""
    return f"id: {cursor}\n\n".encode("ascii")


def encode_goodbye(code: int, reason: str) -> bytes:
    """What a Close frame is to a WebSocket."""
    data = json.dumps({"code": code, "reason": reason}, separators=(",", ":"))
    return f"event: close\ndata: {data}\n\n".encode("ascii")


def moves_of(payloads: Sequence[bytes]) -> tuple[Move, ...]:
    """How far whoever was sent these, consecutive events of one stream, has come. None for what is no durable event."""
    try:
        last = decode_event(payloads[-1])
        if isinstance(last, ChannelEvent):
            return ((channel_stream(last.channel), last.seq),)
        return tuple(move for payload in payloads for move in _moves_of_own(decode_event(payload)))
    except (msgspec.DecodeError, IndexError):
        return ()


def _moves_of_own(event: object) -> Sequence[Move]:
    """A user's own stream tells which channels are heard from where on, or no more."""
    if not isinstance(event, UserEvent):
        return ()
    own = (user_stream(event.user), event.seq)
    if isinstance(event, MembershipStarted):
        return (channel_stream(event.channel.id), event.channel_seq), own
    if isinstance(event, MembershipEnded):
        return (channel_stream(event.channel), GONE), own
    return (own,)
