"""Greeting a connection: its hello is answered, what it missed is sent from the log, and it becomes live.

Invariants:
- The heads are read after the link was registered with the hub, so nothing is committed between the two unnoticed.
- Between what came from the log and what is live there is no gap and no repeat: the hub says when a link is live.
- Greetings wait for their turn; a link that is closed meanwhile costs nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.ids import CHANNEL
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


@dataclass(frozen=True, slots=True)
class Greeter:
    """`resume_events` bounds what is sent of one stream; beyond it the stream is reset."""

    log: Log
    hub: Hub[Link, Encoded]
    admission: Admission
    limits: Limits
    resume_events: int

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

    async def _send_missed(self, link: Link, plan: Resumption) -> Mapping[str, int]:
        """Send what was missed up to the heads, and answer how far each stream has come.

        Whoever was in a channel when its head was read may have everything up to it, so that all who miss the same
        can be given the same reading.
        """
        reached = dict(plan.behind)
        for stream, after in plan.behind.items():
            head = plan.heads[stream]
            while after < head and not link.closed:
                upto = min(head, after + EVENTS_READ)
                events = await self.log.fetch_range(stream, after, upto)
                if not self.hub.holds(link, stream):
                    break  # out of the channel, or out and in again: what comes next is live
                if events:
                    link.send_encoded(Encoded([payload for _, payload in events]))
                after = reached[stream] = upto
            self.hub.caught_up(link, stream, after)
        return reached

    async def _catch_up(self, link: Link, session: Session, reached: Mapping[str, int]) -> None:
        """Read on in what has grown meanwhile, until every stream is live."""
        while not link.closed and (todo := self.hub.catching(link, session.user)):
            stream, after = todo
            self.hub.caught_up(
                link, stream, await self._read_on(link, session, stream, max(after, reached.get(stream, 0)))
            )

    async def _read_on(self, link: Link, session: Session, stream: str, after: int) -> int:
        """Send the stream's events after `after`, to the end of its log; returns the last seq sent."""
        member = session.user if stream.startswith(CHANNEL) else None
        while not link.closed:
            events = await self.log.fetch_events(stream, after, EVENTS_READ, member=member)
            if not self.hub.holds(link, stream):
                break
            if events:
                link.send_encoded(Encoded([payload for _, payload in events]))
                after = events[-1][0]
            if len(events) < EVENTS_READ:
                break
        return after
