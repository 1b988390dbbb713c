"""`load_config`: what was given, converted, checked one by one and together, put into one `Config`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, get_args, get_origin

import msgspec

from hubbub.config.root import SETTINGS, Config
from hubbub.config.settings import Setting
from hubbub.config.sources import Given, from_environ, from_file, from_flags
from hubbub.errors import ConfigError

# The most bytes JSON takes for one character: two escapes of a surrogate pair (RFC 8259, section 7).
ESCAPED_CHARACTER: Final = 12
# The first of each pair is of no use without the second.
TOGETHER: Final = (
    ("tls.certificate", "tls.key"),
    ("tls.key", "tls.certificate"),
    ("search.username", "search.password"),
    ("search.password", "search.username"),
)


def load_config(flags: Mapping[str, object], environ: Mapping[str, str], file: Path | None = None) -> Config:
    """The settings in force.

    `flags` has dotted keys (`limits.enabled`); a value of None is not given. Raises `ConfigError` naming the setting,
    where it came from and what is expected.
    """
    given = {**from_file(file), **from_environ(environ), **from_flags(flags)}
    values = {key: _convert(SETTINGS[key], value) for key, value in given.items()}
    config = msgspec.convert(_nest(values), Config, dec_hook=_keep)
    _check_together(config, given)
    return config


def _nest(values: Mapping[str, object]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *tables, name = key.split(".")
        branch = tree
        for table in tables:
            branch = branch.setdefault(table, {})
        branch[name] = value
    return tree


def _convert(setting: Setting, given: Given) -> object:
    """The value in its own type; text from variables and flags is read as numbers, truth values and lists."""
    raw = given.value
    if isinstance(raw, str):
        raw = raw.strip()
        if _is_list(setting.kind):
            raw = [part for part in raw.replace(",", " ").split() if part]
    try:
        value = msgspec.convert(raw, setting.kind, strict=given.folder is not None, dec_hook=_to_path)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(value)
        if setting.check is not None and value is not None:
            value = setting.check(value)
    except (ValueError, TypeError, RuntimeError) as error:  # RuntimeError: ~ of somebody unknown
        shown = "a secret that does not fit" if setting.secret else repr(given.value)
        raise ConfigError(
            f"The setting {setting.key} (from {given.origin}) is {shown}; expected {setting.expect}"
        ) from error
    if isinstance(value, Path) and given.folder is not None:
        value = given.folder / value
    return value


def _is_list(kind: object) -> bool:
    """Whether a setting of this kind is a list, or a list or nothing."""
    plain = get_args(kind)[0]
    return any(get_origin(part) is tuple for part in (plain, *get_args(plain)))


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
    for one, other in TOGETHER:
        if one in given and other not in given:
            raise ConfigError(f"The setting {one} (from {given[one].origin}) needs {other} too")
    if "search.username" in given and "search.api_key" in given:
        raise ConfigError("Of the settings search.username and search.api_key only one can be given")
    if config.limits.message_bytes < config.limits.text_characters * ESCAPED_CHARACTER:
        raise ConfigError(
            "The setting limits.message_bytes must be at least 12 times limits.text_characters: "
            "JSON may spell a character in so many bytes"
        )
