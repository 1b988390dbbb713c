"""The HTTP server as we run it, and the socket it listens on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from hubbub.config import Config
from hubbub.errors import ConfigError
from hubbub.http.accepting import Acceptor

BACKLOG = 4096


class HttpServer(uvicorn.Server):
    """uvicorn without its signal handling, which raises the signal again and takes no part in our order of stopping."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()
        self._listener = listener

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's own way, but for who takes the connections."""
        await self.lifespan.startup()
        settings = self.config

        def make_protocol() -> asyncio.Protocol:
            protocol: asyncio.Protocol = settings.http_protocol_class(  # type: ignore[call-arg]
                config=settings, server_state=self.server_state, app_state=self.lifespan.state
            )
            return protocol

        acceptor = Acceptor(self._listener, make_protocol, settings.ssl)
        acceptor.start(settings.backlog)
        self.servers = [acceptor]  # type: ignore[list-item]
        self.started = True
        self.answering.set()

    async def run_until_told(self) -> None:
        """Answer until `should_exit` is set."""
        await self.serve(sockets=[self._listener])

    def stop_accepting(self) -> None:
        """No new connections; those there are go on."""
        for server in getattr(self, "servers", ()):
            server.close()


def make_server(
    app: Callable[..., Any], protocol: type[asyncio.Protocol], listener: socket.socket, config: Config, *, tls: bool
) -> HttpServer:
    """A server of `app` on `listener`; `protocol` takes the sockets over. Raises `ConfigError` when the certificate or
    its key is none."""
    settings = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="off",
        loop="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=max(1, int(config.shutdown_seconds / 4)),
        ssl_certfile=config.tls.certificate if tls else None,
        ssl_keyfile=config.tls.key if tls else None,
    )
    try:
        settings.load()
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(f"tls.certificate and tls.key cannot be used: {error}") from error
    return HttpServer(settings, listener)


def bind(host: str, port: int) -> socket.socket:
    """The listening socket; raises `ConfigError` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's algorithm only on sockets that say they are TCP; an answer waited 40 ms otherwise.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise ConfigError(f"Cannot listen on {host} port {port}: {reason}. Choose another with --port.") from error
    return listener


def own_address(listener: socket.socket, *, tls: bool) -> str:
    """Where this machine reaches `listener`."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
