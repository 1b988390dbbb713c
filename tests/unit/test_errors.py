"""The table of errors is whole."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path

import pytest

import hubbub
from hubbub.errors import ERRORS, CloseCode, ErrorKind, Refused


@pytest.mark.parametrize("kind", ERRORS.values(), ids=lambda kind: kind.code)
def test_every_error_has_an_http_status_a_message_and_advice(kind: ErrorKind) -> None:
    assert 400 <= HTTPStatus(kind.status) < 600
    assert kind.message.endswith(".")
    assert kind.advice.endswith(".")


def test_a_refusal_has_its_kinds_message_or_a_more_exact_one() -> None:
    assert Refused("bad_name").message == ERRORS["bad_name"].message
    assert Refused("bad_name", "Too long.").message == "Too long."
    assert str(Refused("bad_name", "Too long.")) == "bad_name: Too long."


def test_a_code_that_is_not_in_the_table_cannot_be_raised() -> None:
    with pytest.raises(KeyError):
        Refused("no_such_code")


def test_every_code_the_source_raises_is_in_the_table() -> None:
    source = Path(hubbub.__file__).parent
    raised = {
        code
        for path in source.rglob("*.py")
        for code in re.findall(r"Refused\(\s*\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    assert raised <= set(ERRORS)


def test_our_own_close_codes_are_in_the_range_rfc_6455_leaves_to_applications() -> None:
    assert all(code <= 1015 or 4000 <= code <= 4999 for code in CloseCode)
