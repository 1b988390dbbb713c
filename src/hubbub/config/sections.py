"""The smaller tables of `hubbub.toml`, one struct each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from hubbub.config.checks import (
    check_index_prefix,
    check_networks,
    check_origin,
    check_origins,
    check_storage,
    check_token,
)
from hubbub.config.settings import Port, about


class Log(msgspec.Struct, frozen=True, kw_only=True):
    format: Annotated[
        Literal["auto", "console", "json"],
        about("How a line looks; auto is console on a terminal and JSON lines otherwise."),
    ] = "auto"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], about("The least important lines that are written.")
    ] = "info"


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    edit_history: Annotated[
        bool,
        about(
            "Members of a channel may see what a message said before it was edited. Without, no page shows it; the "
            "events that programs read have it all the same."
        ),
    ] = True


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


class Search(msgspec.Struct, frozen=True, kw_only=True):
    urls: Annotated[
        tuple[str, ...],
        about(
            "Where Elasticsearch or OpenSearch is, one address a node; none: the embedded search alone.",
            expect="addresses such as https://search.example.org:9200",
            check=check_origins,
        ),
    ] = ()
    username: Annotated[
        str | None, about("The name to log in there with; needs `search.password`.", expect="a name")
    ] = None
    password: Annotated[str | None, about("… and its password.", expect="a password", secret=True)] = None
    api_key: Annotated[
        str | None,
        about("An API key instead, in the encoded form the server gives out.", expect="a key", secret=True),
    ] = None
    ca: Annotated[
        Path | None, about("PEM file with the authority that signed its certificate; else the system's are trusted.")
    ] = None
    prefix: Annotated[
        str,
        about(
            "What the names of its indices begin with.",
            expect="lower-case letters, digits, - and _, a letter first",
            check=check_index_prefix,
        ),
    ] = "hubbub"
    embedded: Annotated[
        bool,
        about("Keep the embedded index too, beside the database: it answers where the search server does not."),
    ] = True
    seconds: Annotated[float, about("How long a search may take.", gt=0, le=60)] = 2
    bulk_seconds: Annotated[float, about("How long the search server may take to write one bulk.", gt=0, le=600)] = 30
    bulk_bytes: Annotated[int, about("Bytes sent to it at once.", ge=16 << 10, le=64 << 20)] = 1 << 20
    bulk_events: Annotated[int, about("Events read from the log at once for it.", ge=1, le=10_000)] = 1000


class Files(msgspec.Struct, frozen=True, kw_only=True):
    storage: Annotated[
        str | None,
        about(
            "Where uploaded files are kept. Not set: in the folder `files` of `data`; else any S3-compatible store.",
            expect="s3://bucket or s3://bucket/prefix",
            check=check_storage,
        ),
    ] = None
    endpoint: Annotated[
        str | None,
        about("The address of that store, where it is not Amazon's.", expect="an origin", check=check_origin),
    ] = None
    region: Annotated[str, about("… its region,", expect="a name")] = "us-east-1"
    access_key: Annotated[str | None, about("… the key to it,", expect="a key")] = None
    secret_key: Annotated[str | None, about("… and the secret of that key.", expect="a secret", secret=True)] = None
    largest_bytes: Annotated[int, about("Bytes in one file.", ge=1024, le=1 << 40)] = 2 << 30
    quota_bytes: Annotated[int, about("Bytes in all files of one user.", ge=1024, le=1 << 50)] = 20 << 30
    reserve_bytes: Annotated[
        int, about("Bytes of the disk that uploads leave free: what is written needs it more.", ge=0, le=1 << 50)
    ] = 1 << 30
    uploads: Annotated[int, about("Unfinished uploads of one user.", ge=1, le=1000)] = 20
    upload_hours: Annotated[float, about("An upload that is not finished is given up after this long.", gt=0)] = 24
    unposted_hours: Annotated[float, about("A file that was not posted is removed after this long.", gt=0)] = 24
    image_pixels: Annotated[
        int, about("Pixels in one picture; decoding one takes up to 24 bytes for each.", ge=10_000, le=400_000_000)
    ] = 50_000_000
    image_frames: Annotated[int, about("Frames in one moving picture.", ge=1, le=10_000)] = 500
    checks: Annotated[int, about("Files looked at at once, each in a process of its own.", ge=1, le=64)] = 2
    check_seconds: Annotated[int, about("How long that may take.", ge=1, le=600)] = 60
    requests_per_second: Annotated[float, about("Files and thumbnails that one user fetches.", gt=0)] = 100
    requests_burst: Annotated[int, about("… and how many at once.", ge=1)] = 1000
    downloads: Annotated[int, about("Files and thumbnails that are on their way to one user.", ge=1)] = 100


class Previews(msgspec.Struct, frozen=True, kw_only=True):
    enabled: Annotated[
        bool, about("Look at what links in messages lead to, and show it below them; off: this server asks nobody.")
    ] = True
    networks: Annotated[
        tuple[str, ...],
        about(
            "Networks that are not public, and whose pages may be looked at all the same: an intranet's. Whoever "
            "posts a link there sees what its page says of itself.",
            expect="networks such as 10.1.2.0/24",
            check=check_networks,
        ),
    ] = ()
    ports: Annotated[tuple[Port, ...], about("Ports that may be asked.", expect="numbers of ports")] = (80, 443)
    links: Annotated[int, about("Links of one message that are looked at.", ge=1, le=10)] = 3
    seconds: Annotated[float, about("How long one page, or its picture, may take.", gt=0, le=60)] = 8
    page_bytes: Annotated[int, about("Bytes of a page that are read.", ge=4096, le=16 << 20)] = 512 << 10
    picture_bytes: Annotated[int, about("Bytes in the picture of a page.", ge=1024, le=64 << 20)] = 5 << 20
    at_once: Annotated[int, about("Messages whose links are looked at at once.", ge=1, le=64)] = 4
    waiting: Annotated[int, about("… and how many more may wait; beyond it there is no preview.", ge=1)] = 200
    kept: Annotated[int, about("Pages that are remembered, so that they are not asked again.", ge=1)] = 1000
    kept_hours: Annotated[float, about("… and for how long.", gt=0, le=8760)] = 24


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    older_than_days: Annotated[
        int,
        about(
            "Once a day, what is older than this moves from the database to the search server; 0: only by command.",
            ge=0,
            le=36500,
        ),
    ] = 0
