"""Every line is one event, tells whose it is, and holds no secret; libraries' lines too."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hubbub.config import Log
from hubbub.telemetry import connection_context, get_logger, redact_secrets, request_context, set_up_logging

SECRET = "correct-horse-battery"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def write(act: Callable[[structlog.stdlib.BoundLogger], object], *, form: Literal["json", "console"] = "json") -> str:
    out = io.StringIO()
    set_up_logging(Log(format=form), out)
    act(get_logger("hubbub.test"))
    return out.getvalue()


def write_one(act: Callable[[structlog.stdlib.BoundLogger], object]) -> dict[str, Any]:
    (line,) = write(act).splitlines()
    told: dict[str, Any] = json.loads(line)
    return told


def test_a_line_is_json_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    set_up_logging(Log(), out)
    get_logger("hubbub.test").info("started", port=8000)
    told = json.loads(out.getvalue())
    assert (told["event"], told["port"], told["level"], told["logger"]) == ("started", 8000, "info", "hubbub.test")
    assert told["time"].endswith("Z")


def test_a_line_is_for_reading_on_a_terminal() -> None:
    out = Terminal()
    set_up_logging(Log(), out)
    get_logger("hubbub.test").info("started", port=8000)
    assert "started" in out.getvalue()
    assert not out.getvalue().startswith("{")


def test_lines_below_the_level_are_not_written() -> None:
    assert write(lambda log: log.debug("detail")) == ""


def test_a_line_carries_the_request_and_the_connection_it_belongs_to() -> None:
    def act(log: structlog.stdlib.BoundLogger) -> None:
        with request_context("r-1"):
            log.info("in a request")
        with connection_context("c-9"):
            logging.getLogger("some.library").warning("in a connection")
        log.info("in neither")

    first, second, third = (json.loads(line) for line in write(act).splitlines())
    assert first["request"] == "r-1"
    assert second["connection"] == "c-9"
    assert not {"request", "connection"} & third.keys()


def fail(log: structlog.stdlib.BoundLogger) -> None:
    try:
        try:
            raise OSError("disk full")
        except OSError as error:
            error.add_note("while writing page 7")
            raise RuntimeError("the commit failed") from error
    except RuntimeError:
        log.exception("not stored")


def test_an_error_is_told_with_its_causes_and_notes_as_data() -> None:
    outer, inner = write_one(fail)["errors"]
    assert (outer["type"], outer["message"]) == ("RuntimeError", "the commit failed")
    assert (inner["type"], inner["notes"]) == ("OSError", ["while writing page 7"])
    assert "test_telemetry.py" in inner["frames"][-1]


def test_an_error_is_told_with_its_causes_and_notes_on_a_terminal() -> None:
    text = write(fail, form="console")
    for part in ("OSError: disk full", "while writing page 7", "direct cause", "RuntimeError: the commit failed"):
        assert part in text


def test_the_errors_of_a_group_are_all_told() -> None:
    def act(log: structlog.stdlib.BoundLogger) -> None:
        log.error("two failed", exc_info=ExceptionGroup("both", [ValueError("one"), KeyError("two")]))

    (told,) = write_one(act)["errors"]
    assert [each[0]["type"] for each in told["group"]] == ["ValueError", "KeyError"]


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize(
    "given_",
    [
        {"password": SECRET},
        {"Authorization": f"Bearer {SECRET}"},
        {"headers": {"Cookie": f"session={SECRET}", "Set-Cookie": f"a={SECRET}"}},
        {"headers": [("cookie", f"session={SECRET}"), (b"authorization", SECRET.encode())]},
        {"body": {"account": {"new_password": SECRET}}},
        {"address": f"/api/session?token={SECRET}&page=2"},
        {"text": f'{{"password": "{SECRET} staple"}}'},
        {"text": f"Cookie: theme=dark; session={SECRET}; lang=en"},
        {"session": SECRET.encode()},
    ],
)
def test_a_planted_secret_never_appears(given_: dict[str, Any], form: Literal["json", "console"]) -> None:
    text = write(lambda log: log.warning("suspicious", **given_), form=form)
    assert SECRET not in text
    assert "staple" not in text
    assert "[redacted]" in text


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_secret_in_an_error_never_appears(form: Literal["json", "console"]) -> None:
    def act(log: structlog.stdlib.BoundLogger) -> None:
        log.error("failed", exc_info=ValueError(f"cannot parse password={SECRET}"))

    assert SECRET not in write(act, form=form)


def test_what_is_no_secret_stays() -> None:
    told = write_one(lambda log: log.info("seen", name="Ada", size=3, session=None, deep={"a": [1, "b"]}))
    assert (told["name"], told["size"], told["session"], told["deep"]) == ("Ada", 3, None, {"a": [1, "b"]})


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x1b[2K", "\x85", "\u2028", "\u2029"])
def test_no_value_can_forge_a_line(end: str, form: Literal["json", "console"]) -> None:
    forged = f"Ada{end}2026-01-01T00:00:00Z [info] granted"
    text = write(lambda log: log.info(forged, name=forged, **{f"k{end}": [forged]}), form=form)
    assert len(text.splitlines()) == 1
    assert end not in text.rstrip("\n")


def test_an_error_cannot_forge_a_line_on_a_terminal() -> None:
    text = write(
        lambda log: log.error("failed", exc_info=ValueError("bad\r\n2026-01-01 [info] granted\rx")), form="console"
    )
    first, *rest = text.splitlines()
    assert "failed" in first
    assert rest
    assert all(line.startswith("    | ") for line in rest)


def test_an_error_cannot_forge_a_line_of_json() -> None:
    text = write(lambda log: log.error("failed", exc_info=ValueError("bad\r\n{}")))
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("name", ["uvicorn.error", "litestar", "sqlalchemy.engine", "asyncio", "somebody.else"])
def test_lines_of_libraries_take_the_same_way(name: str) -> None:
    def act(_: structlog.stdlib.BoundLogger) -> None:
        logging.getLogger(name).error("lost %s", "it", extra={"token": SECRET, "size": 2})

    told = write_one(act)
    assert (told["event"], told["logger"], told["level"]) == ("lost it", name, "error")
    assert (told["token"], told["size"]) == ("[redacted]", 2)


def test_a_library_with_handlers_of_its_own_writes_through_ours_alone(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("uvicorn.access")
    logger.addHandler(logging.StreamHandler())
    logger.propagate = False
    assert write_one(lambda _: logger.error("seen"))["logger"] == "uvicorn.access"
    assert capsys.readouterr().err == ""


def test_a_warning_of_python_is_a_line_too() -> None:
    out = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up_logging(Log(format="json"), out)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "DeprecationWarning" in json.loads(out.getvalue())["event"]


def test_text_that_is_not_unicode_does_not_lose_the_line() -> None:
    assert write_one(lambda log: log.info("odd", name="\ud800"))["event"] == "odd"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), values, max_size=4))
def test_any_value_at_all_is_one_line_of_json(event: dict[str, Any]) -> None:
    from hubbub.telemetry import render_json

    line = render_json(None, "info", redact_secrets(None, "info", dict(event)))
    assert len(line.splitlines()) == 1
    json.loads(line)
