"""The real HTTP application on a real uvicorn socket and the real store, in this process; tests turn its clock."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import uvicorn

from hubbub.broker.local import LocalBroker
from hubbub.config import Config, load_config
from hubbub.http.app import Application, make_app
from hubbub.http.listening import HttpServer, bind, own_address
from hubbub.http.pages import Pages, PagesProcess
from hubbub.http.pages_process import START_SECONDS
from hubbub.http.static import StaticFiles
from hubbub.hub.ephemera import Ephemera, EphemeralLimits
from hubbub.hub.hub import Hub
from hubbub.main import make_files
from hubbub.protocol.batch import Batch
from hubbub.protocol.replies import Limits
from hubbub.service.accounts import AccountService
from hubbub.service.channels import ChannelService
from hubbub.service.inbox import InboxService
from hubbub.service.keeping import KeepingService
from hubbub.service.messages import MessageService
from hubbub.service.notifications import NotificationService
from hubbub.service.polls import PollService
from hubbub.service.presence import PresenceService
from hubbub.service.search import SearchService
from hubbub.service.services import Services
from hubbub.service.sessions import SessionService
from hubbub.service.threads import ThreadService
from hubbub.store.sqlite import Store, open_store
from hubbub.websocket import wire
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.link import Link

Json: TypeAlias = dict[str, Any]

PASSWORD = "correct horse battery"
INTERNAL_TOKEN = "the-internal-token-of-this-test"
START_MS = 1_800_000_000_000


@dataclass(slots=True)
class TurnedClock:
    now: int = START_MS

    def __call__(self) -> int:
        return self.now


@dataclass(slots=True)
class ClosedSockets:
    """Takes note of the sessions whose sockets were to be closed. Nobody listens here, so nothing lags."""

    ended: list[bytes] = field(default_factory=list)
    congested: bool = False

    def end_session(self, user: str, session: bytes) -> None:
        self.ended.append(session)


class QuickHasher:
    """Keeps tests quick where the hash is not what they are about; the real one has tests of its own."""

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash == f"hash of {password}"


@dataclass(slots=True)
class App:
    url: str
    store: Store
    clock: TurnedClock
    sockets: ClosedSockets
    pages: PagesProcess | None
    clients: contextlib.AsyncExitStack
    services: Services

    async def client(self, **headers: str) -> httpx.AsyncClient:
        """A program: it sends neither Origin nor Fetch metadata."""
        client = httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=30)
        return await self.clients.enter_async_context(client)

    async def person(self, name: str) -> Person:
        client = await self.client()
        answer = await client.post("/api/accounts", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return Person(answer.json()["id"], name, client)


@dataclass(slots=True)
class Person:
    id: str
    name: str
    http: httpx.AsyncClient

    async def channel(self, name: str, *, private: bool = False) -> str:
        answer = await self.http.post("/api/channels", json={"name": name, "private": private})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["channel"]["id"])

    async def post(self, channel: str, text: str) -> int:
        answer = await self.http.post(f"/api/channels/{channel}/messages", json={"text": text})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["number"])


def forget(_: Sequence[Batch]) -> None:
    """Nobody listens to commits here."""


@contextlib.asynccontextmanager
async def serve_http(
    data: Path,
    settings: Mapping[str, object] | None = None,
    *,
    tree: Path | None = None,
    pages: bool = False,
    patience: float = START_SECONDS,
) -> AsyncIterator[App]:
    """`tree`: the built pages, for their files, and with `pages` for Node too, waited for up to `patience` seconds."""
    config = load_config({"port": 0, "registration": "open", "data": data, **(settings or {})}, {})
    clock, sockets = TurnedClock(), ClosedSockets()
    async with contextlib.AsyncExitStack() as stack:
        store = await open_store(data, on_commit=forget, clock=clock)
        stack.push_async_callback(store.close)
        listener = stack.enter_context(bind(config.host, config.port))
        url = own_address(listener, tls=False)
        process = PagesProcess(tree, config.pages, api=url, internal_token=INTERNAL_TOKEN) if tree and pages else None

        async def ready() -> None:
            await store.accounts.count_users()

        services = make_services(config, store, clock, sockets)
        stack.push_async_callback(services.files.close)
        app = make_app(
            services,
            config,
            clock=clock,
            ready=ready,
            internal_token=INTERNAL_TOKEN,
            pages=Pages(process, patience=patience) if process else None,
            files=StaticFiles(tree) if tree else None,
        )
        await stack.enter_async_context(running(app, listener))
        if process:
            stack.push_async_callback(process.stop)
            await process.start(patience)
        clients = await stack.enter_async_context(contextlib.AsyncExitStack())
        yield App(url, store, clock, sockets, process, clients, services)


@contextlib.asynccontextmanager
async def running(app: Application, listener: socket.socket) -> AsyncIterator[None]:
    """`app` behind uvicorn as the product configures it, until the block ends."""
    settings = uvicorn.Config(
        app, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False, proxy_headers=False
    )
    server = HttpServer(settings, listener)
    serving = asyncio.create_task(server.run_until_told())
    try:
        await server.answering.wait()
        yield
    finally:
        server.should_exit = True
        await serving


def make_services(config: Config, store: Store, clock: TurnedClock, sockets: ClosedSockets) -> Services:
    limits = Limits(
        text_characters=config.limits.text_characters,
        message_bytes=config.limits.message_bytes,
        page_size=config.limits.page_size,
        receipt_members=config.limits.receipt_members,
        edit_history=config.messages.edit_history,
    )
    ephemera = make_ephemera(config)
    hasher = QuickHasher()
    engines = [store.search] if store.search is not None else []
    return Services(
        accounts=AccountService(store.log, store.accounts, hasher, clock, config.registration_open),
        sessions=SessionService(store.accounts, hasher, sockets, clock, config.session.days),
        channels=ChannelService(store.log, store.channels, clock, limits),
        messages=MessageService(store.log, store.channels, sockets, ephemera, clock, limits, store.history),
        threads=ThreadService(store.log, store.channels, clock, limits),
        presence=PresenceService(ephemera, store.log, store.channels, limits),
        search=SearchService(engines, store.readable, store.accounts, clock, limits.page_size, config.search.seconds),
        files=make_files(config, store, clock),
        keeping=KeepingService(store.log, store.kept, clock),
        polls=PollService(store.log, clock),
        inbox=InboxService(store.inbox, store.readable, store.accounts),
        notifications=NotificationService(store.log, clock),
    )


def make_ephemera(config: Config) -> Ephemera[Link, Encoded]:
    """Of a hub that nobody is connected to."""
    loop, broker = asyncio.get_running_loop(), LocalBroker()
    hub: Hub[Link, Encoded] = Hub(wire, loop)
    ephemera: Ephemera[Link, Encoded] = Ephemera(hub, wire, loop, broker.tell, EphemeralLimits.of(config.limits))
    broker.listen(ephemera.hear)
    return ephemera
