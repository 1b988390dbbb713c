"""Logging: one pipeline for our lines and those of every library.

Invariants: one event is one line, whatever it holds (a traceback on a terminal is the exception, and each of its lines
is marked as part of one); a secret is cut by the name it goes under before a line is rendered, in nested values and in
prose alike; each line carries the request or the connection it belongs to, when there is one.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, TextIO

import msgspec
import structlog
from structlog.contextvars import bound_contextvars
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from hubbub.config import Log

REDACTED: Final = "[redacted]"
# Deeper than this nobody reads, and a cycle of causes ends.
MAX_CHAIN: Final = 10
MAX_DEPTH: Final = 8
MAX_FRAMES: Final = 20
MAX_TEXT: Final = 32 << 10  # characters

_NAMES: Final = r"password|passwd|passphrase|secret|cookie|token|authorization|session|api[_-]?key"
_SECRET_NAME: Final = re.compile(_NAMES, re.IGNORECASE)
# `name=value`, `name: value`, `"name": "value"`, in running text. A header's value runs to the end of its line.
_SECRET_HEADER: Final = re.compile(r"\b((?:set-cookie|cookie|authorization)\s*:\s*)[^\r\n]+", re.IGNORECASE)
_SECRET_IN_TEXT: Final = re.compile(
    rf"""(\b[\w-]*(?:{_NAMES})[\w-]*["']?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s&;,}})]+)""",
    re.IGNORECASE,
)
_BEARER: Final = re.compile(r"\b(bearer\s+)\S+", re.IGNORECASE)

# Everything a terminal or a log reader could take for the end of a line or a command: C0, DEL, C1, U+2028 and U+2029.
_CONTROL: Final = {
    code: (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
} | {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
# What JSON itself leaves alone inside strings (RFC 8259, section 7) though some readers break lines there.
_JSON_BREAKS: Final = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}

# Loggers that bring handlers of their own; theirs go, their lines come to us.
_LIBRARIES: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "litestar", "sqlalchemy", "asyncio", "alembic")
# They tell each request or start-up step; wanted only when looking for a fault.
_TALKATIVE: Final = ("uvicorn", "httpx", "httpcore", "alembic", "aiosqlite")


def request_context(request: str) -> AbstractContextManager[None]:
    """Every line written inside carries `request`, in this task and those it starts."""
    return bound_contextvars(request=request)


def connection_context(connection: str) -> AbstractContextManager[None]:
    """Every line written inside carries `connection`."""
    return bound_contextvars(connection=connection)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def set_up_logging(log: Log, stream: TextIO | None = None) -> None:
    """Sends every line of this process to `stream` (standard error) in the form that `log` asks for."""
    out = sys.stderr if stream is None else stream
    on_terminal = out.isatty()
    as_json = log.format == "json" or (log.format == "auto" and not on_terminal)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        tell_error_as_data if as_json else tell_error_as_text,
        redact_secrets,
    ]
    render: list[Processor] = (
        [render_json]
        if as_json
        else [
            escape_control_characters,
            structlog.dev.ConsoleRenderer(colors=on_terminal, timestamp_key="time", pad_event_to=0),
        ]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    _route_libraries(log.level.upper(), out, shared, render)


def _route_libraries(level: str, out: TextIO, shared: list[Processor], render: list[Processor]) -> None:
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(level if level == "DEBUG" else max(level, "WARNING", key=logging.getLevelName))


# --- errors ---------------------------------------------------------------------------------------------------


def tell_error_as_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The whole chain with causes and notes as Python prints it, each line marked as not being an event of its own."""
    error = _take_error(event)
    if error is not None:
        text = "".join(traceback.format_exception(error, limit=-MAX_FRAMES))
        lines = (line.translate(_CONTROL) for line in re.split(r"\r\n|\n", text.rstrip("\n")))
        event["exception"] = "\n".join(f"    | {line}" for line in lines)
    return event


def tell_error_as_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """`errors`: from what was raised last to its first cause, each with type, message, notes and frames."""
    error = _take_error(event)
    if error is not None:
        event["errors"] = list(_chain(error))
    return event


def _take_error(event: EventDict) -> BaseException | None:
    given: ExcInfo | BaseException | bool | None = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1]
    return sys.exc_info()[1] if given else None


def _chain(error: BaseException | None) -> Iterator[dict[str, object]]:
    for _ in range(MAX_CHAIN):
        if error is None:
            return
        told: dict[str, object] = {"type": type(error).__qualname__, "message": str(error)}
        if notes := getattr(error, "__notes__", None):
            told["notes"] = [str(note) for note in notes]
        frames = traceback.extract_tb(error.__traceback__, limit=-MAX_FRAMES)
        told["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        if isinstance(error, BaseExceptionGroup):
            told["group"] = [list(_chain(each)) for each in error.exceptions[:MAX_CHAIN]]
        yield told
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


# --- secrets --------------------------------------------------------------------------------------------------


def redact_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Cuts what stands under a secret's name, at any depth, and what looks like a secret in text."""
    # uvicorn tells its message twice, the second time in colours.
    event.pop("color_message", None)
    for key, value in event.items():
        # Names that start with an underscore are structlog's own way of passing the record along.
        if not key.startswith("_"):
            event[key] = _cut(value, MAX_DEPTH) if not _is_secret(key, value) else REDACTED
    return event


def _is_secret(name: object, value: object) -> bool:
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    harmless = value is None or isinstance(value, bool)
    return isinstance(text, str) and not harmless and _SECRET_NAME.search(text) is not None


def _cut(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _cut_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _cut_text(bytes(value).decode("latin-1"))
    if isinstance(value, int | float | None):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Mapping):
        return {
            _cut_text(key.decode("latin-1") if isinstance(key, bytes) else str(key)): (
                REDACTED if _is_secret(key, each) else _cut(each, depth - 1)
            )
            for key, each in value.items()
        }
    if isinstance(value, Sequence):
        # A header is a pair of a name and a value.
        if len(value) == 2 and _is_secret(value[0], value[1]):
            return [_cut(value[0], depth - 1), REDACTED]
        return [_cut(each, depth - 1) for each in value]
    if isinstance(value, set | frozenset):
        return [_cut(each, depth - 1) for each in value]
    return _cut_text(str(value))


def _cut_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + "…"
    if not text.isascii():
        # Half a surrogate pair cannot be written as UTF-8, and would take the line with it.
        text = text.encode("utf-8", "backslashreplace").decode()
    text = _SECRET_HEADER.sub(rf"\1{REDACTED}", text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    return _SECRET_IN_TEXT.sub(rf"\1{REDACTED}", text)


# --- rendering ------------------------------------------------------------------------------------------------


def escape_control_characters(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """No value can end its line or steer the terminal. The traceback has its own rule (see `tell_error_as_text`)."""
    return {key.translate(_CONTROL): value if key == "exception" else _escape(value) for key, value in event.items()}


def _escape(value: object) -> object:
    # Anything but text is shown by its repr, which escapes by itself.
    return value.translate(_CONTROL) if isinstance(value, str) else value


def render_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    """One JSON object on one line; what every line has comes first."""
    first = {key: event.pop(key) for key in ("time", "level", "logger", "event") if key in event}
    line = msgspec.json.encode({**first, **event}, enc_hook=str).decode()
    return line.translate(_JSON_BREAKS)
