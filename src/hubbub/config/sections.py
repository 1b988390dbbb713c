"""The smaller tables of `hubbub.toml`, one struct each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hubbub.config.checks import check_networks, check_token
from hubbub.config.settings import Port, about


class Log(msgspec.Struct, frozen=True, kw_only=True):
    format: Annotated[
        Literal["auto", "console", "json"],
        about("How a line looks; auto is console on a terminal and JSON lines otherwise."),
    ] = "auto"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], about("The least important lines that are written.")
    ] = "info"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    days: Annotated[int, about("A login lasts this many days after its last use.", ge=1, le=3650)] = 30


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    certificate: Annotated[
        Path | None, about("PEM file with the certificate chain; needs `tls.key`. Usually a proxy in front does TLS.")
    ] = None
    key: Annotated[Path | None, about("PEM file with the private key.")] = None


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    transport: Annotated[
        Literal["auto", "poller", "stream"],
        about("How sockets are read: poller is epoll of ours, stream is asyncio's; auto takes poller where it can."),
    ] = "auto"
    ping_seconds: Annotated[int, about("A silent connection is pinged after this long.", ge=1, le=3600)] = 45
    pong_seconds: Annotated[int, about("… and closed when it stays silent for so long after.", ge=1, le=600)] = 20


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    enabled: Annotated[bool, about("Serve the pages; without them there is the API and the socket only.")] = True
    node: Annotated[Path | None, about("Another Node than the one that was installed along.")] = None
    port: Annotated[Port, about("Where Node listens, on 127.0.0.1; 0 takes a free port.")] = 0


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    enabled: Annotated[bool, about("Answer `/metrics`, to those whom the next two let in.")] = True
    networks: Annotated[
        tuple[str, ...] | None,
        about(
            "Networks that may read it directly, not through a proxy. Not set: this machine alone, and nobody where "
            "`public_url` is set, because through a proxy everybody comes from this machine.",
            expect="networks such as 10.0.0.0/8",
            check=check_networks,
        ),
    ] = None
    token: Annotated[
        str | None,
        about(
            "Whoever sends `Authorization: Bearer` and this may read it from anywhere.",
            expect="16 to 256 visible ASCII characters",
            check=check_token,
            secret=True,
        ),
    ] = None
