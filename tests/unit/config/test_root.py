"""What the settings as a whole promise: each is told, each is read, and what follows from several."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hubbub
from hubbub.config import SETTINGS, describe, load_config


@pytest.mark.parametrize(
    ("host", "registration", "is_open"),
    [
        ("127.0.0.1", "auto", True),
        ("::1", "auto", True),
        ("localhost", "auto", True),
        ("0.0.0.0", "auto", False),
        ("chat.example.org", "auto", False),
        ("0.0.0.0", "open", True),
        ("127.0.0.1", "invite", False),
    ],
)
def test_registration_is_open_only_where_nobody_else_reaches_unless_set(
    host: str, registration: str, is_open: bool
) -> None:
    assert load_config({"host": host, "registration": registration}, {}).registration_open is is_open


def test_every_setting_says_what_it_means() -> None:
    assert all(setting.description and setting.expect for setting in describe())


def test_every_setting_is_read_by_the_program() -> None:
    read = {
        node.attr
        for file in Path(hubbub.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    # Checked to be 1 when it is loaded; there is nothing else to do with it.
    assert {key.split(".")[-1] for key in SETTINGS} - read == {"workers"}
