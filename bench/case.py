"""What one case of the bench is: measured by itself, shown by itself. `python -m bench` runs them one after another.

A case never prints: it tells (standard error) and returns what JSON can hold. Everything shown of it later, here and in
docs/performance.md, is made from that alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from bench.build import Programs
from bench.chart import Panel

Tell: TypeAlias = Callable[[str], None]
Measured: TypeAlias = Any  # of JSON: it is read back from a file as often as it is made

ENGINES: Final = ("elasticsearch", "opensearch")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said; see `python -m bench --help`."""

    members: int = 1000
    connections: int = 15_000
    messages: int = 1_000_000  # to search in
    rounds: int = 5
    warmup: float = 0.7
    seconds: float = 3.0
    full: bool = False
    quick: bool = False  # seconds instead of minutes, to see that it works: the figures mean nothing
    first: bool = False
    peers: tuple[str, ...] | None = None  # None: all that the cases know
    engines: tuple[str, ...] = ENGINES  # search servers that are measured


@dataclass(frozen=True, slots=True)
class Run:
    """What every case is given. `folder` is the case's own, empty, on the disk under test, and gone afterwards."""

    options: Options
    programs: Programs
    folder: Path
    tell: Tell


def _nothing(_measured: Measured) -> list[Any]:
    return []


@dataclass(frozen=True, slots=True)
class Case:
    """`measure` raises `BenchError` when it cannot go on, and has stopped what it started when it returns or raises.

    `name` is its key in the results and its word for `--only`. `paragraphs` are Markdown, headings with two signs;
    `verdicts` hold what was measured against what was promised, a line each.
    """

    name: str
    about: str  # for --help: a few words
    measure: Callable[[Run], Measured]
    paragraphs: Callable[[Measured], Sequence[str]]
    panels: Callable[[Measured], Sequence[Panel]] = _nothing
    verdicts: Callable[[Measured], Sequence[str]] = _nothing
    peers: Sequence[str] = ()  # who takes part besides Hubbub, when it can be built


def write_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def shown(cases: Sequence[Case], results: Mapping[str, Measured]) -> list[tuple[Case, Measured]]:
    """Those that were measured, in the order of `cases`."""
    return [(case, results[case.name]) for case in cases if results.get(case.name) is not None]
