"""Greeting a connection: its hello is answered, what it missed is sent from the log, and it becomes live.

Invariants:
- The heads are read after the link was registered with the hub, so nothing is committed between the two unnoticed.
- Between what came from the log and what is live there is no gap and no repeat: the hub says when a link is live.
- Greetings wait for their turn; a link that is closed meanwhile costs nothing more.
- What was missed is sent a piece at a time, each when the one before has left: however much it is, nobody is cut for
  being sent more than they can take at once. Who takes their time does so outside the line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.errors import CloseCode, Refused
from hubbub.hub.hub import Hub
from hubbub.protocol.codec import encode
from hubbub.protocol.commands import Hello
from hubbub.protocol.cursor import Cursor
from hubbub.protocol.replies import Limits, Me, Reset, Welcome
from hubbub.protocol.session import Resumption, plan_resumption
from hubbub.service.ports import Log
from hubbub.websocket.admission import Admission
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.link import Link

EVENTS_READ = 200
# Less than the least that may be kept for a link.
PIECE_BYTES = 32 << 10
# Seconds between two looks at whether a slow reader has taken its piece.
LOOK_AGAIN = 0.02


@dataclass(frozen=True, slots=True)
class Greeter:
    """`resume_events` bounds what is sent of one stream; beyond it the stream is reset."""

    log: Log
    hub: Hub[Link, Encoded]
    admission: Admission
    limits: Limits
    resume_events: int
    patience: float
    """Seconds a reader may take for one piece of what it missed."""

    async def greet(self, link: Link, session: Session, hello: Hello | Cursor) -> None:
        """Returns when every stream of `link` is live, or the link is closed. Raises `busy` when too many wait, and as
        the log does."""
        await self.admission.enter()
        try:
            if not link.closed:
                await self._greet(link, session, hello)
        finally:
            self.admission.leave()

    async def _greet(self, link: Link, session: Session, hello: Hello | Cursor) -> None:
        heads = await self.log.fetch_heads(session.user)
        asked = hello.hello(session.user, heads) if isinstance(hello, Cursor) else hello
        plan = plan_resumption(asked, session.user, heads, self.resume_events)
        self.hub.subscribe(link, session.user, plan.heads, plan.joined, plan.behind)
        link.begin_at(session.user, heads.epoch, plan.heads | plan.behind)
        me = Me(id=session.user, name=session.name, role=session.role)
        link.send_text(encode(Welcome(user=me, epoch=heads.epoch, streams=plan.heads, limits=self.limits)))
        for stream in plan.resets:
            link.send_text(encode(Reset(stream=stream)))
        reached = await self._send_missed(link, plan)
        await self._catch_up(link, session, reached)
        link.settle()

    async def _send_missed(self, link: Link, plan: Resumption) -> dict[str, int]:
        """Send what was missed up to the heads, and answer how far each stream has come.

        Whoever was in a channel when its head was read may have everything up to it, so that all who miss the same
        can be given the same reading.
        """
        reached = dict(plan.behind)
        for stream, after in plan.behind.items():
            reached[stream] = await self._read_on(link, stream, after, plan.heads[stream])
            self.hub.caught_up(link, stream, reached[stream])
        return reached

    async def _catch_up(self, link: Link, session: Session, reached: dict[str, int]) -> None:
        """Read on in what has been delivered to others meanwhile, until every stream is live.

        Not further: the log may already say that the user left and came again, which they must hear in its turn.
        """
        while not link.closed and (todo := self.hub.catching(link, session.user)):
            stream, after, head = todo
            after = max(after, reached.get(stream, 0))
            delivered = self.hub.delivered_since(stream, after)
            if delivered is None:
                after = await self._read_on(link, stream, after, head)
            elif await self._send(link, stream, delivered):
                after += len(delivered)
            reached[stream] = after
            self.hub.caught_up(link, stream, after)

    async def _read_on(self, link: Link, stream: str, after: int, head: int) -> int:
        """Send the stream's events with `after` < seq ≤ `head`, or a reset where the archive has them and does not
        answer; returns how far that brings the link."""
        while after < head and not link.closed:
            upto = min(head, after + EVENTS_READ)
            try:
                events = await self.log.fetch_range(stream, after, upto)
            except Refused as refused:
                if refused.code != "archive_unavailable":
                    raise
                # The page the client fetches instead is in SQL: only this stream begins anew, and nobody is cut off.
                if self.hub.holds(link, stream):
                    link.send_text(encode(Reset(stream=stream)))
                return head
            if not await self._send(link, stream, [payload for _, payload in events]):
                break  # out of the channel, or out and in again: what comes next is live
            after = upto
        return after

    async def _send(self, link: Link, stream: str, payloads: Sequence[bytes]) -> bool:
        """Send events in pieces; False: the link no longer waits for this stream's, and the rest was not sent."""
        for piece in pieces_of(payloads):
            if link.has_unsent:
                await self._let_read(link)
            if not self.hub.holds(link, stream):
                return False
            link.send_encoded(Encoded(piece))
        return self.hub.holds(link, stream)

    async def _let_read(self, link: Link) -> None:
        """Wait, outside the line, until the reader has taken what was sent; for `patience` at most."""
        self.admission.leave()
        try:
            await asyncio.sleep(0)  # what a transport writes leaves at the end of the loop's turn
            for _ in range(int(self.patience / LOOK_AGAIN)):
                if link.closed or not link.has_unsent:
                    return
                await asyncio.sleep(LOOK_AGAIN)
            link.close(CloseCode.TOO_SLOW, "Too slow.")
        finally:
            self.admission.go_on()


def pieces_of(payloads: Sequence[bytes]) -> Iterator[list[bytes]]:
    """The payloads in order, as many in each piece as fit in PIECE_BYTES, but at least one."""
    piece: list[bytes] = []
    size = 0
    for payload in payloads:
        if piece and size + len(payload) > PIECE_BYTES:
            yield piece
            piece, size = [], 0
        piece.append(payload)
        size += len(payload)
    if piece:
        yield piece
