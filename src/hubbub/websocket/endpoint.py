"""The socket's endpoint: from frames to commands to services, and back. One for the whole server.

A connection: the upgrade is authorised by its session (reading is paused meanwhile) → hello, once → commands, each in a
task of its own, begun in the order they came. An idle connection has a `Seat` and nothing else.

Invariants:
- Every command with an id is answered exactly once, unless the connection ends first.
- At most `IN_FLIGHT` commands of a connection are under way; beyond that it is not read.
- Nothing a client sends raises out of here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol, cast

from hubbub.domain.accounts import Session
from hubbub.domain.ids import CHANNEL
from hubbub.errors import CloseCode, Refused
from hubbub.hub.hub import Hub
from hubbub.protocol.codec import decode_command, decode_id, encode, failure_of
from hubbub.protocol.commands import AnyCommand, AnyNumbered, Hello
from hubbub.protocol.replies import AnyReply, Limits, Me, Reset, Welcome
from hubbub.protocol.session import plan_resumption
from hubbub.service.ports import Accounts, Clock, Log
from hubbub.service.services import Services
from hubbub.service.throttle import Throttle
from hubbub.telemetry import connection_context, get_logger
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.dispatch import make_dispatch
from hubbub.websocket.link import Handler, Link

IN_FLIGHT = 64
EVENTS_READ = 200


class Seat:
    """Whose connection it is, and what is under way on it."""

    __slots__ = ("greeted", "in_flight", "session")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.greeted = False
        self.in_flight = 0


class Spawn(Protocol):
    """Starting a task that somebody keeps, and cancels at the end."""

    def __call__(self, work: Coroutine[object, object, None]) -> object: ...


@dataclass(frozen=True, slots=True)
class Throttles:
    """How often one user, and one address, may send a command."""

    users: Throttle
    addresses: Throttle


class Endpoint(Handler):
    def __init__(
        self,
        services: Services,
        log: Log,
        accounts: Accounts,
        hub: Hub[Link, Encoded],
        *,
        clock: Clock,
        limits: Limits,
        spawn: Spawn,
        resume_events: int,
        connections_per_user: int,
        throttles: Throttles | None,
    ) -> None:
        self._log = log
        self._accounts = accounts
        self._hub = hub
        self._clock = clock
        self._limits = limits
        self._spawn = spawn
        self._resume_events = resume_events
        self._connections_per_user = connections_per_user
        self._throttles = throttles
        self._dispatch = make_dispatch(services)
        self._logger = get_logger(__name__)
        self._closing = False

    def check_room(self, session: Session) -> None:
        """Raises `too_many_connections` or `shutting_down` when one more socket of this user is too much."""
        if self._closing:
            raise Refused("shutting_down", retry_after=1)
        if len(self._hub.links_of(session.user)) >= self._connections_per_user:
            raise Refused("too_many_connections")

    def refuse_commands(self) -> None:
        """From now on every command is answered `shutting_down`."""
        self._closing = True

    # What links call

    def on_open(self, link: Link) -> None:
        session = cast("Session", link.session)
        link.session = Seat(session)
        self._hub.register(link, session.user)

    def on_close(self, link: Link, code: int) -> None:
        session = seat_of(link).session
        self._hub.unregister(link, session.user)
        self._logger.debug("socket closed", connection=link.id, user=session.user, code=code)

    def on_message(self, link: Link, payload: bytes) -> None:
        try:
            command = decode_command(payload)
        except Refused as refused:
            _reply(link, failure_of(refused, decode_id(payload)))
            return
        try:
            self._admit(link, seat_of(link), command)
        except Refused as refused:
            _reply(link, failure_of(refused, None if isinstance(command, Hello) else command.id))
            if refused.code == "hello_expected":
                link.close(CloseCode.POLICY, "hello expected")

    # Commands

    def _admit(self, link: Link, seat: Seat, command: AnyCommand) -> None:
        if isinstance(command, Hello) is seat.greeted:
            raise Refused("hello_expected")
        if self._closing:
            raise Refused("shutting_down", retry_after=1)
        if seat.session.expires_at <= self._clock():
            link.close(CloseCode.SESSION_ENDED, "session expired")
            return
        self._throttle(link, seat)
        seat.in_flight += 1
        if seat.in_flight >= IN_FLIGHT:
            link.pause()
        if isinstance(command, Hello):
            seat.greeted = True
            self._spawn(self._run(link, seat, lambda: self._greet(link, seat, command)))
        else:
            self._spawn(self._run(link, seat, lambda: self._carry_out(link, seat, command)))

    def _throttle(self, link: Link, seat: Seat) -> None:
        if self._throttles is not None:
            self._throttles.users.take(seat.session.user)
            self._throttles.addresses.take(link.address)

    async def _run(self, link: Link, seat: Seat, work: Callable[[], Coroutine[object, object, None]]) -> None:
        with connection_context(str(link.id)):
            try:
                await work()
            except Refused as refused:
                self._logger.warning("a hello failed", user=seat.session.user, code=refused.code)
                link.close(CloseCode.TRY_AGAIN_LATER, refused.code)
            except Exception:
                self._logger.exception("a socket failed", user=seat.session.user)
                link.close(CloseCode.INTERNAL, "internal error")
            finally:
                seat.in_flight -= 1
                if seat.in_flight == IN_FLIGHT - 1:
                    link.resume()

    async def _carry_out(self, link: Link, seat: Seat, command: AnyNumbered) -> None:
        reply: AnyReply
        try:
            reply = await self._dispatch[type(command)](seat.session, command)
        except Refused as refused:
            reply = failure_of(refused, command.id)
        except Exception:
            self._logger.exception("a command failed", user=seat.session.user, command=type(command).__name__)
            reply = failure_of(Refused("internal"), command.id)
        _reply(link, reply)

    # Hello

    async def _greet(self, link: Link, seat: Seat, hello: Hello) -> None:
        session = seat.session
        if await self._accounts.fetch_session(session.id, now=self._clock()) is None:
            link.close(CloseCode.SESSION_ENDED, "session ended")  # it ended while the upgrade was under way
            return
        heads = await self._log.fetch_heads(session.user)
        plan = plan_resumption(hello, session.user, heads, self._resume_events)
        self._hub.subscribe(link, session.user, plan.heads, plan.joined, plan.behind)
        me = Me(id=session.user, name=session.name, role=session.role)
        _reply(link, Welcome(user=me, epoch=heads.epoch, streams=plan.heads, limits=self._limits))
        for stream in plan.resets:
            _reply(link, Reset(stream=stream))
        await self._catch_up(link, session, plan.behind)

    async def _catch_up(self, link: Link, session: Session, behind: dict[str, int]) -> None:
        """Send what was missed until every stream is live; a stream that grows meanwhile is read on."""
        while not link.closed and (todo := self._hub.catching(link, session.user)):
            stream, after = todo
            after = await self._send_missed(link, session, stream, max(after, behind.get(stream, 0)))
            behind[stream] = after
            self._hub.caught_up(link, stream, after)

    async def _send_missed(self, link: Link, session: Session, stream: str, after: int) -> int:
        """Send the stream's events after `after`, to the end of its log; returns the last seq sent."""
        member = session.user if stream.startswith(CHANNEL) else None
        while not link.closed:
            events = await self._log.fetch_events(stream, after, EVENTS_READ, member=member)
            if not self._hub.holds(link, stream):
                break  # out of the channel, or out and in again: what comes next is live
            if events:
                link.send(Encoded([payload for _, payload in events]).for_window(link.deflate_bits))
                after = events[-1][0]
            if len(events) < EVENTS_READ:
                break
        return after


def seat_of(link: Link) -> Seat:
    return cast("Seat", link.session)


def _reply(link: Link, reply: AnyReply) -> None:
    link.send_text(encode(reply))
