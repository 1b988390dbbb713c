"""Where values come from: flags, the environment, a file. Nothing is converted; a name nobody knows is refused."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hubbub.config.root import SETTINGS
from hubbub.config.settings import PREFIX
from hubbub.errors import ConfigError

FILE_VARIABLE: Final = "HUBBUB_CONFIG"
DEFAULT_FILE: Final = Path("hubbub.toml")
# Read by the test suite, not by the server.
TEST_PREFIX: Final = "HUBBUB_TEST_"


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


def from_flags(flags: Mapping[str, object]) -> dict[str, Given]:
    given = {key: Given(value, f"the flag --{key.replace('.', '-').replace('_', '-')}") for key, value in flags.items()}
    _refuse_unknown(given, known=SETTINGS)
    return {key: value for key, value in given.items() if value.value is not None}


def from_environ(environ: Mapping[str, str]) -> dict[str, Given]:
    """An empty variable is not given: compose files write them so."""
    variables = {setting.variable: key for key, setting in SETTINGS.items()}
    ours = {
        name: Given(value, f"the variable {name}")
        for name, value in environ.items()
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name != FILE_VARIABLE
    }
    _refuse_unknown(ours, known=variables)
    return {variables[name]: value for name, value in ours.items() if value.value != ""}


def from_file(file: Path | None) -> dict[str, Given]:
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


def _refuse_unknown(given: Mapping[str, Given], *, known: Mapping[str, object]) -> None:
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"There is no setting {name} (from {value.origin}){hint}")
