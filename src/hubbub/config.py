"""Every setting of Hubbub, in one frozen `Config`, checked before anything starts.

A value comes from the last of these that has one: the default here, `hubbub.toml`, a `HUBBUB_` variable (nested by two
underscores: `HUBBUB_LIMITS__ENABLED=false`), a flag. Invariants: no other module reads the environment or a file for a
setting; a `Config` that exists is valid; a name nobody knows is refused, because a misspelt bound is no bound.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from hubbub.errors import ConfigError

PREFIX: Final = "HUBBUB_"
FILE_VARIABLE: Final = "HUBBUB_CONFIG"
DEFAULT_FILE: Final = Path("hubbub.toml")
# Read by the test suite, not by the server.
TEST_PREFIX: Final = "HUBBUB_TEST_"
# The most bytes JSON takes for one character: two escapes of a surrogate pair (RFC 8259, section 7).
ESCAPED_CHARACTER: Final = 12

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Check: TypeAlias = Callable[[Any], Any]


def check_origin(value: str) -> str:
    """`https://chat.example.org` in its one spelling (RFC 6454, section 6.2); raises `ValueError`."""
    parts = urlsplit(value.strip())
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in ("http", "https") or not parts.hostname or not bare:
        raise ValueError(value)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, default) else f":{parts.port}")


def check_networks(values: tuple[str, ...]) -> tuple[str, ...]:
    """Each in its canonical spelling; raises `ValueError`."""
    return tuple(str(ipaddress.ip_network(value.strip())) for value in values)


def check_one_worker(value: int) -> int:
    if value != 1:
        raise ValueError(value)
    return value


def check_host(value: str) -> str:
    """An address or a name alone; raises `ValueError` on a URL, a port behind it, or nothing."""
    host = value.strip()
    if not host or any(char.isspace() or char in "/@" for char in host):
        raise ValueError(value)
    if ":" in host:
        ipaddress.IPv6Address(host)
    return host


def _about(
    text: str,
    *,
    expect: str | None = None,
    check: Check | None = None,
    gt: float | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> msgspec.Meta:
    """What a setting means, what it takes if its type does not say, its bounds, and what else is checked."""
    extra = {"expect": expect, "check": check}
    if gt is not None:
        return msgspec.Meta(description=text, extra=extra, gt=gt, le=le)
    return msgspec.Meta(description=text, extra=extra, ge=ge, le=le)


Port: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class Log(msgspec.Struct, frozen=True, kw_only=True):
    format: Annotated[
        Literal["auto", "console", "json"],
        _about("How a line looks; auto is console on a terminal and JSON lines otherwise."),
    ] = "auto"
    level: Annotated[
        Literal["debug", "info", "warning", "error"], _about("The least important lines that are written.")
    ] = "info"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    days: Annotated[int, _about("A login lasts this many days after its last use.", ge=1, le=3650)] = 30


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    certificate: Annotated[
        Path | None, _about("PEM file with the certificate chain; needs `tls.key`. Usually a proxy in front does TLS.")
    ] = None
    key: Annotated[Path | None, _about("PEM file with the private key.")] = None


class Wire(msgspec.Struct, frozen=True, kw_only=True):
    transport: Annotated[
        Literal["auto", "poller", "stream"],
        _about("How sockets are read: poller is epoll of ours, stream is asyncio's; auto takes poller where it can."),
    ] = "auto"
    ping_seconds: Annotated[int, _about("A silent connection is pinged after this long.", ge=1, le=3600)] = 45
    pong_seconds: Annotated[int, _about("… and closed when it stays silent for so long after.", ge=1, le=600)] = 20


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    enabled: Annotated[bool, _about("Serve the pages; without them there is the API and the socket only.")] = True
    node: Annotated[Path | None, _about("Another Node than the one that was installed along.")] = None
    port: Annotated[Port, _about("Where Node listens, on 127.0.0.1; 0 takes a free port.")] = 0


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    enabled: Annotated[bool, _about("Whether rates are limited. Sizes and queues always are.")] = True
    commands_per_second: Annotated[float, _about("Commands and requests of one user.", gt=0)] = 20
    commands_burst: Annotated[int, _about("… and how many at once.", ge=1)] = 100
    address_commands_per_second: Annotated[float, _about("Commands and requests from one address.", gt=0)] = 200
    address_commands_burst: Annotated[int, _about("… and how many at once.", ge=1)] = 1000
    login_tries: Annotated[int, _about("Wrong passwords in a row, for a name or from an address.", ge=1)] = 10
    login_seconds: Annotated[float, _about("… within this long; each wrong one is forgiven after it.", gt=0)] = 300
    accounts_per_hour: Annotated[int, _about("Accounts made from one address.", ge=1)] = 60
    password_checks: Annotated[int, _about("Passwords hashed at once; each takes a core and 20 MiB.", ge=1, le=64)] = 2
    posts_queue: Annotated[int, _about("Changes waiting to be stored; beyond it the answer is busy.", ge=1)] = 4096
    connections: Annotated[int, _about("Open sockets altogether.", ge=1)] = 50_000
    connections_per_user: Annotated[int, _about("Open sockets of one user.", ge=1)] = 50
    connections_per_address: Annotated[int, _about("Open sockets from one address.", ge=1)] = 2000
    text_characters: Annotated[int, _about("Characters in a message.", ge=1, le=1_000_000)] = 10_000
    message_bytes: Annotated[int, _about("Bytes in a socket message, inflated.", ge=1024, le=64 << 20)] = 128 << 10
    fragments: Annotated[int, _about("Fragments in a socket message.", ge=1)] = 1024
    body_bytes: Annotated[int, _about("Bytes in the body of a request.", ge=1024, le=64 << 20)] = 1 << 20
    head_bytes: Annotated[int, _about("Bytes in the head of a request.", ge=1024, le=1 << 20)] = 16 << 10
    head_seconds: Annotated[float, _about("A request's head must be there after this long.", gt=0)] = 10
    page_size: Annotated[int, _about("Messages on one page of history.", ge=1, le=1000)] = 100
    resume_events: Annotated[int, _about("Missed events sent for one stream; more is a reset.", ge=1)] = 1000
    resumes_per_second: Annotated[
        float, _about("Connections greeted in a second; more wait, so that whoever is there is served.", gt=0)
    ] = 2000
    resumes_at_once: Annotated[int, _about("Connections being sent what they missed.", ge=1)] = 32
    resumes_waiting: Annotated[
        int, _about("Connections that may wait for their greeting; beyond it the answer is busy.", ge=1)
    ] = 20_000
    unsent_bytes: Annotated[int, _about("Bytes waiting for a slow reader before it is cut.", ge=64 << 10)] = 1 << 20
    unsent_total_bytes: Annotated[
        int, _about("… and for all slow readers together; beyond it, whoever needs more is cut.", ge=1 << 20)
    ] = 256 << 20
    channels_per_user: Annotated[int, _about("Channels one user is in.", ge=1)] = 500
    reactions_per_message: Annotated[int, _about("Different emoji on one message.", ge=1)] = 20
    typing_seconds: Annotated[float, _about("Who writes is forgotten after this long in silence.", ge=1, le=60)] = 8
    typing_listeners: Annotated[
        int, _about("Members online in a channel beyond which nobody hears who writes.", ge=0)
    ] = 200
    presence_watch: Annotated[int, _about("People whose presence one connection watches.", ge=0, le=1000)] = 200
    presence_grace_seconds: Annotated[
        float, _about("Who has closed their last connection is offline after this long.", ge=0, le=600)
    ] = 10
    receipt_members: Annotated[
        int, _about("Members of a channel beyond which nobody is told how far others have read.", ge=0, le=1000)
    ] = 50


class Config(msgspec.Struct, frozen=True, kw_only=True):
    host: Annotated[str, _about("The address to listen on.", expect="an address or a host name", check=check_host)] = (
        "127.0.0.1"
    )
    port: Annotated[Port, _about("The port to listen on; 0 takes a free one.")] = 8000
    data: Annotated[Path, _about("The folder that holds everything; made when it is absent.")] = Path("hubbub-data")
    workers: Annotated[
        int, _about("Processes that serve.", expect="1: this version runs in one process", check=check_one_worker)
    ] = 1
    public_url: Annotated[
        str | None,
        _about(
            "The address people use, when a proxy stands in front.",
            expect="an origin such as https://chat.example.org",
            check=check_origin,
        ),
    ] = None
    registration: Annotated[
        Literal["auto", "open", "invite"],
        _about("Who may register; auto is open on a loopback address and by invite otherwise."),
    ] = "auto"
    trusted_proxies: Annotated[
        tuple[str, ...],
        _about(
            "Networks whose X-Forwarded-For and X-Forwarded-Proto are believed.",
            expect="networks such as 10.0.0.0/8",
            check=check_networks,
        ),
    ] = ()
    shutdown_seconds: Annotated[float, _about("How long stopping may take.", gt=0, le=600)] = 10
    log: Log = Log()
    session: Session = Session()
    tls: Tls = Tls()
    wire: Wire = Wire()
    pages: Pages = Pages()
    limits: Limits = Limits()

    @property
    def registration_open(self) -> bool:
        """Whether anybody who can reach the server may make an account."""
        return self.registration == "open" or (self.registration == "auto" and is_loopback(self.host))

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        return tuple(ipaddress.ip_network(value) for value in self.trusted_proxies)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`. A name other than localhost is taken for reachable."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


# --- what settings there are ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Setting:
    """One leaf of `Config`. `key` is dotted; `expect` completes the sentence "expected …"."""

    key: str
    kind: object
    default: object
    description: str
    expect: str
    check: Check | None

    @property
    def variable(self) -> str:
        return PREFIX + self.key.upper().replace(".", "__")


def _settings_of(struct: type[msgspec.Struct], prefix: str = "") -> Iterator[Setting]:
    hints = get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _settings_of(hint, f"{prefix}{field.name}.")
            continue
        metas = [meta for meta in get_args(hint)[1:] if isinstance(meta, msgspec.Meta)]
        extra = next((meta.extra for meta in metas if meta.extra), {})
        yield Setting(
            key=prefix + field.name,
            kind=hint,
            default=field.default,
            description=next((meta.description for meta in metas if meta.description), ""),
            expect=extra.get("expect") or _expect(get_args(hint)[0], metas),
            check=extra.get("check"),
        )


def _expect(kind: object, metas: list[msgspec.Meta]) -> str:
    """What a value must be, in words, from its type and bounds."""
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(choice) for choice in get_args(kind))
    plain = next((part for part in get_args(kind) if part is not NoneType), kind)
    words = {int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}
    text = words[plain] if isinstance(plain, type) else str(plain)
    for name, sign in (("gt", "more than"), ("ge", "at least"), ("le", "at most")):
        bound = next((value for meta in metas if (value := getattr(meta, name)) is not None), None)
        if bound is not None:
            text += f", {sign} {bound}"
    return text


SETTINGS: Final = MappingProxyType({setting.key: setting for setting in _settings_of(Config)})


def describe() -> list[Setting]:
    """Every setting, in the order of the documentation."""
    return list(SETTINGS.values())


# --- loading ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """A value somebody set: `origin` says where in words, `folder` is what a relative path in a file is relative to."""

    value: object
    origin: str
    folder: Path | None = None


def find_config_file(environ: Mapping[str, str], folder: Path = Path()) -> Path | None:
    """The file `HUBBUB_CONFIG` names, else `hubbub.toml` in `folder` when there is one."""
    named = environ.get(FILE_VARIABLE)
    if named:
        return Path(named)
    usual = folder / DEFAULT_FILE
    return usual if usual.is_file() else None


def load_config(flags: Mapping[str, object], environ: Mapping[str, str], file: Path | None = None) -> Config:
    """The settings in force.

    `flags` has dotted keys (`limits.enabled`); a value of None is not given. Raises `ConfigError` naming the setting,
    where it came from and what is expected.
    """
    given = {**_from_file(file), **_from_environ(environ), **_from_flags(flags)}
    values = {key: _convert(SETTINGS[key], value) for key, value in given.items()}
    config = msgspec.convert(_nest(values), Config, dec_hook=_keep)
    _check_together(config, given)
    return config


def _from_flags(flags: Mapping[str, object]) -> dict[str, Given]:
    given = {key: Given(value, f"the flag --{key.replace('.', '-').replace('_', '-')}") for key, value in flags.items()}
    _refuse_unknown(given, known=SETTINGS)
    return {key: value for key, value in given.items() if value.value is not None}


def _from_environ(environ: Mapping[str, str]) -> dict[str, Given]:
    """An empty variable is not given: compose files write them so."""
    variables = {setting.variable: key for key, setting in SETTINGS.items()}
    ours = {
        name: Given(value, f"the variable {name}")
        for name, value in environ.items()
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name != FILE_VARIABLE
    }
    _refuse_unknown(ours, known=variables)
    return {variables[name]: value for name, value in ours.items() if value.value != ""}


def _from_file(file: Path | None) -> dict[str, Given]:
    if file is None:
        return {}
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    given = {key: Given(value, str(file), file.parent) for key, value in _flatten(tables)}
    _refuse_unknown(given, known=SETTINGS)
    return given


def _flatten(tables: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _nest(values: Mapping[str, object]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *tables, name = key.split(".")
        branch = tree
        for table in tables:
            branch = branch.setdefault(table, {})
        branch[name] = value
    return tree


def _refuse_unknown(given: Mapping[str, Given], *, known: Mapping[str, object]) -> None:
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"There is no setting {name} (from {value.origin}){hint}")


def _convert(setting: Setting, given: Given) -> object:
    """The value in its own type; text from variables and flags is read as numbers, truth values and lists."""
    raw = given.value
    if isinstance(raw, str):
        raw = raw.strip()
        if get_origin(get_args(setting.kind)[0]) is tuple:
            raw = [part for part in raw.replace(",", " ").split() if part]
    try:
        value = msgspec.convert(raw, setting.kind, strict=given.folder is not None, dec_hook=_to_path)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(value)
        if setting.check is not None and value is not None:
            value = setting.check(value)
    except (ValueError, TypeError, RuntimeError) as error:  # RuntimeError: ~ of somebody unknown
        raise ConfigError(
            f"The setting {setting.key} (from {given.origin}) is {given.value!r}; expected {setting.expect}"
        ) from error
    if isinstance(value, Path) and given.folder is not None:
        value = given.folder / value
    return value


def _to_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value).expanduser()
    if isinstance(value, kind):
        return value
    raise ValueError(value)


def _keep(kind: type, value: object) -> object:
    """Values were converted one by one; the last step only puts them in their places."""
    if isinstance(value, kind):
        return value
    raise ValueError(value)


def _check_together(config: Config, given: Mapping[str, Given]) -> None:
    """What no setting can be checked for alone."""
    for one, other in (("tls.certificate", "tls.key"), ("tls.key", "tls.certificate")):
        if one in given and other not in given:
            raise ConfigError(f"The setting {one} (from {given[one].origin}) needs {other} too")
    if config.limits.message_bytes < config.limits.text_characters * ESCAPED_CHARACTER:
        raise ConfigError(
            "The setting limits.message_bytes must be at least 12 times limits.text_characters: "
            "JSON may spell a character in so many bytes"
        )
