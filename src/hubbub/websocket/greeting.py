"""Greeting a connection: its hello is answered, what it missed is sent from the log, and it becomes live.

Invariants:
- The heads are read after the link was registered with the hub, so nothing is committed between the two unnoticed.
- Between what came from the log and what is live there is no gap and no repeat: the hub says when a link is live.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.domain.accounts import Session
from hubbub.domain.ids import CHANNEL
from hubbub.errors import CloseCode
from hubbub.hub.hub import Hub
from hubbub.protocol.codec import encode
from hubbub.protocol.commands import Hello
from hubbub.protocol.cursor import Cursor
from hubbub.protocol.replies import Limits, Me, Reset, Welcome
from hubbub.protocol.session import plan_resumption
from hubbub.service.ports import Accounts, Clock, Log
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.link import Link

EVENTS_READ = 200


@dataclass(frozen=True, slots=True)
class Greeter:
    """`resume_events` bounds what is sent of one stream; beyond it the stream is reset."""

    log: Log
    accounts: Accounts
    hub: Hub[Link, Encoded]
    clock: Clock
    limits: Limits
    resume_events: int

    async def greet(self, link: Link, session: Session, hello: Hello | Cursor) -> None:
        """Returns when every stream of `link` is live, or the link is closed."""
        if await self.accounts.fetch_session(session.id, now=self.clock()) is None:
            link.close(CloseCode.SESSION_ENDED, "session ended")  # it ended while the upgrade was under way
            return
        heads = await self.log.fetch_heads(session.user)
        asked = hello.hello(session.user, heads) if isinstance(hello, Cursor) else hello
        plan = plan_resumption(asked, session.user, heads, self.resume_events)
        self.hub.subscribe(link, session.user, plan.heads, plan.joined, plan.behind)
        link.begin_at(session.user, heads.epoch, plan.heads | plan.behind)
        me = Me(id=session.user, name=session.name, role=session.role)
        link.send_text(encode(Welcome(user=me, epoch=heads.epoch, streams=plan.heads, limits=self.limits)))
        for stream in plan.resets:
            link.send_text(encode(Reset(stream=stream)))
        await self._catch_up(link, session, plan.behind)
        link.settle()

    async def _catch_up(self, link: Link, session: Session, behind: dict[str, int]) -> None:
        """Send what was missed until every stream is live; a stream that grows meanwhile is read on."""
        while not link.closed and (todo := self.hub.catching(link, session.user)):
            stream, after = todo
            after = await self._send_missed(link, session, stream, max(after, behind.get(stream, 0)))
            behind[stream] = after
            self.hub.caught_up(link, stream, after)

    async def _send_missed(self, link: Link, session: Session, stream: str, after: int) -> int:
        """Send the stream's events after `after`, to the end of its log; returns the last seq sent."""
        member = session.user if stream.startswith(CHANNEL) else None
        while not link.closed:
            events = await self.log.fetch_events(stream, after, EVENTS_READ, member=member)
            if not self.hub.holds(link, stream):
                break  # out of the channel, or out and in again: what comes next is live
            if events:
                link.send_encoded(Encoded([payload for _, payload in events]))
                after = events[-1][0]
            if len(events) < EVENTS_READ:
                break
        return after
