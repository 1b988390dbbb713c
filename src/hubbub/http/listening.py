"""The HTTP server as we run it, and the socket it listens on."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from hubbub.config import Config
from hubbub.errors import ConfigError


class HttpServer(uvicorn.Server):
    """uvicorn without its signal handling, which raises the signal again and takes no part in our order of stopping."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()

    def stop_accepting(self) -> None:
        """No new connections; those there are go on."""
        for server in getattr(self, "servers", ()):
            server.close()


def bind(config: Config) -> socket.socket:
    """The listening socket; raises `ConfigError` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # asyncio turns off Nagle's algorithm only on sockets that say they are TCP; an answer waited 40 ms otherwise.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise ConfigError(
            f"Cannot listen on {config.host} port {config.port}: {reason}. Choose another with --port."
        ) from error
    return listener


def own_address(config: Config, listener: socket.socket) -> str:
    """Where this machine, our own Node process first of all, reaches us."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)
    scheme = "https" if config.tls.certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
