"""The composition root: the only module that chooses concrete adapters and puts them together; the owner of signals."""

from __future__ import annotations

import asyncio
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub import __version__
from hubbub.broker.local import LocalBroker
from hubbub.clock import MonotonicClock
from hubbub.config import Config
from hubbub.domain.files import UploadBounds
from hubbub.errors import ConfigError, Refused
from hubbub.files.setup import make_inspector, open_partials, open_storage
from hubbub.garbage import Garbage
from hubbub.http.app import make_app
from hubbub.http.listening import bind, make_server, own_address
from hubbub.http.metrics import MetricsPage
from hubbub.http.pages import Pages, PagesProcess
from hubbub.http.static import StaticFiles
from hubbub.hub.ephemera import Ephemera, EphemeralLimits
from hubbub.hub.hub import Hub
from hubbub.metrics.catalogue import Readings
from hubbub.metrics.loop_lag import LoopLag
from hubbub.metrics.requests import Requests
from hubbub.protocol.replies import Limits
from hubbub.search import NO_SIZES
from hubbub.server import Beside, Follower, Server
from hubbub.service.accounts import AccountService
from hubbub.service.channels import ChannelService
from hubbub.service.files import Collector, FileLimits, FileService
from hubbub.service.inbox import InboxService
from hubbub.service.keeping import KeepingService
from hubbub.service.messages import MessageService
from hubbub.service.notifications import NotificationService
from hubbub.service.passwords import PasswordHasher
from hubbub.service.polls import PollService
from hubbub.service.ports import Search
from hubbub.service.presence import PresenceService
from hubbub.service.previews import NO_PREVIEWS, PreviewLimits, PreviewService
from hubbub.service.search import SearchService
from hubbub.service.services import Services
from hubbub.service.sessions import SessionService
from hubbub.service.threads import ThreadService
from hubbub.service.throttle import Throttle
from hubbub.store.feed import Feed
from hubbub.store.following import Following
from hubbub.store.limits import StoreLimits
from hubbub.store.sqlite import Store, open_store
from hubbub.tasks import Tasks
from hubbub.telemetry import get_logger
from hubbub.websocket import wire
from hubbub.websocket.admission import Admission
from hubbub.websocket.deflate import Encoded
from hubbub.websocket.doorman import Doorman
from hubbub.websocket.endpoint import Endpoint, Throttles
from hubbub.websocket.event_endpoint import EventEndpoint
from hubbub.websocket.greeting import Greeter
from hubbub.websocket.limits import WireLimits
from hubbub.websocket.link import Link
from hubbub.websocket.sockets import SessionSockets
from hubbub.websocket.takeover import make_http_protocol
from hubbub.websocket.upgrades import Route, Upgrades

if TYPE_CHECKING:
    from hubbub.search.archive import SearchArchive
    from hubbub.search.setup import SearchServer

SOCKET_PATH = "/socket"
EVENTS_PATH = "/api/events"
WEB_TREE = Path(__file__).parent / "_web"
# Seconds for which a thread keeps the interpreter while another wants it. The writer's and the readers' threads want it
# between any two statements: with Python's own 5 ms a post took 200 ms while the loop was busy letting people in.
SWITCH_SECONDS = 0.0005


async def compose(config: Config, clock: MonotonicClock) -> Server:
    """Open the store, bind the port, and put everything together. Raises `StoreError`, `ConfigError`."""
    listener = bind(config.host, config.port)
    broker = LocalBroker()
    archive = make_archive(config)
    store = await open_store(
        config.data,
        on_commit=broker.publish,
        clock=clock,
        limits=StoreLimits.of(config.limits),
        embedded_search=config.search.embedded,
        archive=archive,
    )
    try:
        return assemble(config, clock, listener, broker, store, archive)
    except BaseException:
        await store.close()  # its threads would keep the process alive
        raise


def assemble(
    config: Config,
    clock: MonotonicClock,
    listener: socket.socket,
    broker: LocalBroker,
    store: Store,
    archive: SearchArchive | None = None,
) -> Server:
    """Everything around an open store. Raises `ConfigError`."""
    loop = asyncio.get_running_loop()
    tls = config.tls.certificate is not None
    # Our own Node process cannot know the certificate's name for us: under TLS it has a way in of its own.
    inner = bind("127.0.0.1", 0) if tls and config.pages.enabled else None
    hub: Hub[Link, Encoded] = Hub(wire, loop)
    broker.subscribe(hub.deliver)
    ephemera = make_ephemera(config, hub, broker, loop)
    hasher = PasswordHasher(config.limits.password_checks)
    search = make_search(config, store, broker, clock)
    services = make_services(config, store, search, hub, ephemera, hasher, clock)
    tasks = Tasks()
    admission = make_admission(config, loop)
    greeter = Greeter(
        store.log, hub, admission, shown_limits(config), config.limits.resume_events, WireLimits.of(config).pong_wait
    )
    endpoint = make_endpoint(config, services, greeter, hub, clock, tasks, loop)
    event_endpoint = EventEndpoint(endpoint, greeter, clock=clock, spawn=tasks.spawn)
    doorman = Doorman(services.sessions, endpoint, admission, config)
    upgrades = Upgrades(
        loop,
        WireLimits.of(config),
        {
            SOCKET_PATH: Route(endpoint, doorman.authorize),
            EVENTS_PATH: Route(event_endpoint, doorman.authorize_events, event_stream=True),
        },
        public_address=config.public_url,
        address_of=doorman.address_of,
        takeover=config.wire.transport != "stream",
    )
    token = secrets.token_urlsafe(32)
    pages, proxy, files = make_pages(config, own_address(inner or listener, tls=False), token)
    garbage, lag, requests = Garbage(loop, lambda: hub.busy), LoopLag(loop), Requests()

    def sizes() -> dict[str, int]:
        own = {**hub.sizes(), **upgrades.sizes(), **admission.sizes(), **event_endpoint.sizes()}
        own |= services.previews.sizes() if services.previews is not None else NO_PREVIEWS
        return {**own, **(search.sizes() if search is not None else NO_SIZES)}

    def read() -> Readings:
        return {
            **sizes(),
            "build": {__version__: 1},
            "changes_waiting": store.writer.waiting,
            "commit_items": store.writer.commits.items,
            "commit_seconds": store.writer.commits.seconds,
            "commits_failed": store.writer.commits.failed,
            "gc_pauses": garbage.pauses,
            "loop_lag": lag.seconds,
            "pages_starts": pages.starts if pages is not None else 0,
            "requests": dict(requests.seconds),
        }

    app = make_app(
        services,
        config,
        clock=clock,
        ready=lambda: check(store, search),
        internal_token=token,
        pages=proxy,
        files=files,
        metrics=MetricsPage(config, read),
        requests=requests,
    )
    protocol = make_http_protocol(upgrades)
    http = [make_server(app, protocol, listener, config, tls=tls)]
    if inner is not None:
        http.append(make_server(app, protocol, inner, config, tls=False))
    address = config.public_url or own_address(listener, tls=tls)
    archivist = store.make_archivist(config.archive.older_than_days)
    followers: list[Follower] = [search.follower] if search is not None else []
    followers += [archivist] if archivist is not None else []
    # Before the files it keeps pictures in.
    followers += [services.previews] if services.previews is not None else []
    followers += [Collector(services.files)]
    beside = Beside(followers, archive)
    return Server(
        config, address, store, endpoint, upgrades, hasher, tasks, http, pages, garbage, lag, beside, sizes, read
    )


async def check(store: Store, search: SearchServer | None) -> dict[str, str]:
    """How the parts fare that the server can do without; raises when the store does not answer, or writes nothing
    any more."""
    if store.writer.closed:
        raise Refused("store_failed")
    await store.accounts.count_users()
    return {"search": search.follower.progress.word} if search is not None else {}


def make_archive(config: Config) -> SearchArchive | None:
    """Where archived events are read from. Raises `ConfigError`."""
    if not config.search.urls:
        return None
    from hubbub.search.archive import open_archive

    return open_archive(config.search)


def make_search(config: Config, store: Store, broker: LocalBroker, clock: Callable[[], int]) -> SearchServer | None:
    """The way to Elasticsearch or OpenSearch, where one is set. Raises `ConfigError`, `StoreError`."""
    if not config.search.urls:
        return None
    # Its driver takes long to load, and 20 MB.
    from hubbub.search.setup import make_search_server

    following = Following(store.writer, "search", secrets.token_hex(8))
    search = make_search_server(config.search, Feed(config.data), following, store.epoch, clock)
    broker.subscribe(search.follower.notice)
    return search


def make_ephemera(
    config: Config, hub: Hub[Link, Encoded], broker: LocalBroker, loop: asyncio.AbstractEventLoop
) -> Ephemera[Link, Encoded]:
    ephemera: Ephemera[Link, Encoded] = Ephemera(hub, wire, loop, broker.tell, EphemeralLimits.of(config.limits))
    hub.observe(ephemera)
    broker.subscribe(ephemera.notice)
    broker.listen(ephemera.hear)
    return ephemera


def make_services(
    config: Config,
    store: Store,
    search: SearchServer | None,
    hub: Hub[Link, Encoded],
    ephemera: Ephemera[Link, Encoded],
    hasher: PasswordHasher,
    clock: MonotonicClock,
) -> Services:
    limits = shown_limits(config)
    engines: list[Search] = [search.finder] if search is not None else []
    engines += [store.search] if store.search is not None else []
    files = make_files(config, store, clock)
    previews = make_previews(config, store, files, clock)
    return Services(
        accounts=AccountService(store.log, store.accounts, hasher, clock, config.registration_open),
        sessions=SessionService(store.accounts, hasher, SessionSockets(hub), clock, config.session.days),
        channels=ChannelService(store.log, store.channels, clock, limits),
        messages=MessageService(store.log, store.channels, hub, ephemera, clock, limits, store.history, previews),
        threads=ThreadService(store.log, store.channels, clock, limits),
        presence=PresenceService(ephemera, store.log, store.channels, limits),
        search=SearchService(engines, store.readable, store.accounts, clock, limits.page_size, config.search.seconds),
        files=files,
        keeping=KeepingService(store.log, store.kept, clock),
        polls=PollService(store.log, clock),
        inbox=InboxService(store.inbox, store.readable, store.accounts),
        previews=previews,
        notifications=NotificationService(store.log, clock),
    )


def make_previews(config: Config, store: Store, files: FileService, clock: Callable[[], int]) -> PreviewService | None:
    """None where the owner wants nobody to be asked."""
    previews = config.previews
    if not previews.enabled:
        return None
    from hubbub.links.looking import make_web

    limits = PreviewLimits(
        links=previews.links,
        at_once=previews.at_once,
        waiting=previews.waiting,
        kept=previews.kept,
        kept_hours=previews.kept_hours,
    )
    return PreviewService(make_web(config, clock), store.log, store.channels, files, clock, limits)


def make_files(config: Config, store: Store, clock: Callable[[], int]) -> FileService:
    """Raises `ConfigError`."""
    files = config.files
    limits = FileLimits(
        largest=files.largest_bytes,
        bounds=UploadBounds(uploads=files.uploads, quota=files.quota_bytes),
        upload_hours=files.upload_hours,
        unposted_hours=files.unposted_hours,
    )
    storage = open_storage(config)
    return FileService(store.files, open_partials(config), make_inspector(config), storage, clock, limits)


def make_admission(config: Config, loop: asyncio.AbstractEventLoop) -> Admission:
    limits = config.limits
    return Admission(
        loop,
        at_once=limits.resumes_at_once,
        per_second=limits.resumes_per_second if limits.enabled else None,
        waiting=limits.resumes_waiting,
    )


def make_endpoint(
    config: Config,
    services: Services,
    greeter: Greeter,
    hub: Hub[Link, Encoded],
    clock: MonotonicClock,
    tasks: Tasks,
    loop: asyncio.AbstractEventLoop,
) -> Endpoint:
    limits = config.limits
    throttles = Throttles(
        users=Throttle(clock, per_second=limits.commands_per_second, burst=limits.commands_burst),
        addresses=Throttle(clock, per_second=limits.address_commands_per_second, burst=limits.address_commands_burst),
    )
    return Endpoint(
        services,
        greeter,
        hub,
        clock=clock,
        spawn=tasks.spawn,
        call_soon=loop.call_soon,
        connections_per_user=limits.connections_per_user,
        throttles=throttles if limits.enabled else None,
    )


def make_pages(config: Config, api: str, token: str) -> tuple[PagesProcess | None, Pages | None, StaticFiles | None]:
    """The Node process, the way to it, and the files Python serves itself; nothing of it where pages are off."""
    if not config.pages.enabled:
        return None, None, None
    if not (WEB_TREE / "server" / "server.js").is_file():
        raise ConfigError("the pages are not built: run `make web`, or set pages.enabled to false")
    process = PagesProcess(WEB_TREE, config.pages, api=api, internal_token=token)
    return process, Pages(process), StaticFiles(WEB_TREE)


def shown_limits(config: Config) -> Limits:
    limits = config.limits
    return Limits(
        text_characters=limits.text_characters,
        message_bytes=limits.message_bytes,
        page_size=limits.page_size,
        typing_seconds=limits.typing_seconds,
        presence_watch=limits.presence_watch,
        receipt_members=limits.receipt_members,
        file_bytes=config.files.largest_bytes,
        edit_history=config.messages.edit_history,
    )


async def serve(config: Config, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `on_ready` is told the address once everything answers."""
    logger = get_logger(__name__)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await compose(config, MonotonicClock())
    logger.info("serving", address=server.address, data=str(config.data), pages=config.pages.enabled)
    await server.run(stop, on_ready)
    logger.info("stopped")


def run(config: Config, on_ready: Callable[[str], None]) -> None:
    """`serve` on the fastest loop there is."""
    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(config, on_ready))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


__all__: Sequence[str] = ("compose", "run", "serve")
