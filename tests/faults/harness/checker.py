"""Holds what people saw against the log that is left: is it what was promised?

Each check yields what is wrong, one sentence each; what it holds stands in docs/faults.md under the same name. They
judge from records alone: no server, no network, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final

from tests.faults.harness import checks_heard, checks_log
from tests.faults.harness.evidence import Evidence, Problems

# More of one kind of wrong tells nothing new.
MOST_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problems` are at most MOST_TOLD of them."""

    name: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def check(evidence: Evidence) -> list[Verdict]:
    """A verdict for each invariant, in the order of docs/faults.md."""
    return [
        Verdict(name, tuple(islice((problem for find in finds for problem in find(evidence)), MOST_TOLD)))
        for name, finds in CHECKS.items()
    ]


def _find_differences(evidence: Evidence) -> Problems:
    yield from evidence.history.differences


def _find_unverified(evidence: Evidence) -> Problems:
    yield from evidence.unverified


def _find_complaints(evidence: Evidence) -> Problems:
    yield from evidence.history.complaints


CHECKS: Final[Mapping[str, tuple[Callable[[Evidence], Problems], ...]]] = MappingProxyType(
    {
        "Nothing acknowledged is lost": (checks_log.find_lost,),
        "Nothing is there twice": (checks_log.find_doubles,),
        "All hear one order": (checks_heard.find_disorder,),
        "There are no gaps": (checks_log.find_gaps, checks_heard.find_gaps_heard),
        "Resumed is as good as fresh": (_find_differences,),
        "Wholly there or not at all": (checks_log.find_fragments, _find_unverified),
        "Who is out hears nothing": (checks_heard.find_overheard,),
        "What was deleted stays deleted": (checks_heard.find_resurrected,),
        "Time does not run backwards": (checks_heard.find_backward,),
        "The server comes back": (_find_complaints,),
    }
)
