"""The socket's endpoint: from frames to commands to services, and back. One for the whole server.

A connection: the upgrade is authorised by its session (reading is paused meanwhile) → hello, once → commands, begun in
the order they came. What is appended to the log is answered when its future is done; only what reads has a task. An
idle connection has its `Link` and its `Session`, and nothing else.

Invariants:
- Every command with an id is answered exactly once, unless the connection ends first.
- At most `IN_FLIGHT` commands of a connection are under way; beyond that it is not read.
- Nothing a client sends raises out of here.
"""

from __future__ import annotations

from asyncio import Future, isfuture, wait
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended
from hubbub.errors import CloseCode, Refused
from hubbub.hub.hub import Hub
from hubbub.protocol.codec import decode_command, decode_id, encode, failure_of
from hubbub.protocol.commands import AnyCommand, AnyNumbered, Hello
from hubbub.protocol.replies import AnyReply, Failure, Ok
from hubbub.service.ports import Clock
from hubbub.service.services import Services
from hubbub.service.throttle import Throttle
from hubbub.telemetry import connection_context, get_logger
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.dispatch import make_dispatch
from hubbub.websocket.greeting import Greeter
from hubbub.websocket.link import Handler, Link

IN_FLIGHT = 64


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
        greeter: Greeter,
        hub: Hub[Link, Encoded],
        *,
        clock: Clock,
        spawn: Spawn,
        call_soon: Callable[[Callable[[], None]], object],
        connections_per_user: int,
        throttles: Throttles | None,
    ) -> None:
        self._greeter = greeter
        self._hub = hub
        self._clock = clock
        self._spawn = spawn
        self._connections_per_user = connections_per_user
        self._throttles = throttles
        self._dispatch = make_dispatch(services)
        self._call_soon = call_soon
        self._appending: set[Future[Appended]] = set()
        self._replies: dict[Link, list[bytes]] = {}
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

    async def finish(self, seconds: float) -> None:
        """Whoever waits for a commit is answered, within `seconds`."""
        if self._appending:
            await wait(self._appending, timeout=seconds)
        self._send_replies()

    # What links call

    def on_open(self, link: Link) -> None:
        self._hub.register(link, session_of(link).user)

    def on_close(self, link: Link, code: int) -> None:
        session = session_of(link)
        self._hub.unregister(link, session.user)
        self._logger.debug("socket closed", connection=link.id, user=session.user, code=code)

    def on_message(self, link: Link, payload: bytes) -> None:
        try:
            command = decode_command(payload)
        except Refused as refused:
            _reply(link, failure_of(refused, decode_id(payload)))
            return
        try:
            self._admit(link, session_of(link), command)
        except Refused as refused:
            _reply(link, failure_of(refused, None if isinstance(command, Hello) else command.id))
            if refused.code == "hello_expected":
                link.close(CloseCode.POLICY, "hello expected")
            elif not link.greeted:
                link.close(CloseCode.TRY_AGAIN_LATER, refused.code)  # nobody waits for a hello's answer for ever

    # Commands

    def _admit(self, link: Link, session: Session, command: AnyCommand) -> None:
        if isinstance(command, Hello) is link.greeted:
            raise Refused("hello_expected")
        if self._closing:
            raise Refused("shutting_down", retry_after=1)
        now = self._clock()
        if session.expires_at <= now:
            link.close(CloseCode.SESSION_ENDED, "session expired")
            return
        self._throttle(link, session, now, greeted=link.greeted)
        if isinstance(command, Hello):
            link.greeted = True
            self._begin(link)
            self._spawn(self._greet(link, session, command))
        else:
            self._carry_out(link, session, command)

    def _throttle(self, link: Link, session: Session, now: int, *, greeted: bool) -> None:
        """Greetings have a line of their own, in which it does not matter that many share an address, as behind one
        router."""
        if self._throttles is not None:
            self._throttles.users.take(session.user, now)
            if greeted:
                self._throttles.addresses.take(link.address, now)

    def _begin(self, link: Link) -> None:
        """One more is under way."""
        link.in_flight += 1
        if link.in_flight >= IN_FLIGHT:
            link.pause()

    def _end(self, link: Link) -> None:
        link.in_flight -= 1
        if link.in_flight == IN_FLIGHT - 1:
            link.resume()

    def _carry_out(self, link: Link, session: Session, command: AnyNumbered) -> None:
        try:
            outcome = self._dispatch[type(command)](session, command, link.id)
        except Exception as error:
            _reply(link, self._failure(error, session, command))
            return
        if isinstance(outcome, Ok):
            _reply(link, outcome)
            return
        self._begin(link)
        if isfuture(outcome):
            self._appending.add(outcome)
            outcome.add_done_callback(partial(self._answer, link, session, command))
        else:
            self._spawn(self._wait_for(outcome, link, session, command))

    def _answer(self, link: Link, session: Session, command: AnyNumbered, done: Future[Appended]) -> None:
        """What was appended is committed, or refused."""
        self._appending.discard(done)
        error = done.exception()
        if error is None:
            appended = done.result()
            self._reply_soon(link, Ok(id=command.id, seq=appended.seq, number=appended.number))
        else:
            self._reply_soon(link, self._failure(error, session, command))
        self._end(link)

    def _reply_soon(self, link: Link, reply: AnyReply) -> None:
        """The first at once; what else this turn of the loop has to tell the link goes out as one write after it."""
        waiting = self._replies.get(link)
        if waiting is not None:
            waiting.append(encode(reply))
            return
        if not self._replies:
            self._call_soon(self._send_replies)
        self._replies[link] = []
        _reply(link, reply)

    def _send_replies(self) -> None:
        replies, self._replies = self._replies, {}
        for link, payloads in replies.items():
            if payloads:
                link.send_encoded(Encoded(payloads))

    async def _wait_for(
        self, work: Coroutine[object, object, Ok], link: Link, session: Session, command: AnyNumbered
    ) -> None:
        with connection_context(str(link.id)):
            reply: AnyReply
            try:
                reply = await work
            except Exception as error:
                reply = self._failure(error, session, command)
            finally:
                self._end(link)
            _reply(link, reply)

    def _failure(self, error: BaseException, session: Session, command: AnyNumbered) -> Failure:
        if not isinstance(error, Refused):
            self._logger.error("a command failed", user=session.user, command=type(command).__name__, exc_info=error)
            error = Refused("internal")
        return failure_of(error, command.id)

    async def _greet(self, link: Link, session: Session, hello: Hello) -> None:
        with connection_context(str(link.id)):
            try:
                await self._greeter.greet(link, session, hello)
            except Refused as refused:
                if refused.code != "busy":  # of which there are thousands at a time, and the line says so itself
                    self._logger.warning("a hello failed", user=session.user, code=refused.code)
                link.close(CloseCode.TRY_AGAIN_LATER, refused.code)
            except Exception:
                self._logger.exception("a hello failed", user=session.user)
                link.close(CloseCode.INTERNAL, "internal error")
            finally:
                self._end(link)


def session_of(link: Link) -> Session:
    return cast("Session", link.session)


def _reply(link: Link, reply: AnyReply) -> None:
    link.send_text(encode(reply))
