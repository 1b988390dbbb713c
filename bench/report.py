"""Results as people read them: a page of tables, and the picture's panels. Numbers come from the results alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from bench.case import Case, Measured, shown
from bench.chart import Panel
from bench.peer import title_of

Result: TypeAlias = dict[str, Measured]


def write_page(result: Result, cases: Sequence[Case], picture: str) -> str:
    """The results as Markdown; `picture` is the SVG's file name beside it."""
    parts = [f"# Measured on {result['date']}: {result['name']}", *write_tables(result, cases, picture)]
    return "\n\n".join(parts) + "\n"


def write_tables(result: Result, cases: Sequence[Case], picture: str) -> list[str]:
    """The paragraphs: machine, picture, tables."""
    parts = [*_machine(result), f"![The figures as bars]({picture})"]
    for case, measured in shown(cases, result):
        parts += case.paragraphs(measured)
    return [*parts, *(f"The case {name} failed: {words}" for name, words in result.get("failed", {}).items())]


def panels_of(result: Result, cases: Sequence[Case]) -> list[Panel]:
    """What the picture shows."""
    return [panel for case, measured in shown(cases, result) for panel in case.panels(measured)]


def verdicts_of(result: Result, cases: Sequence[Case]) -> list[str]:
    """One line for each thing that was promised."""
    return [line for case, measured in shown(cases, result) for line in case.verdicts(measured)]


def _machine(result: Result) -> list[str]:
    machine, settings, quiet = result["machine"], result["settings"], result["conditions"]
    kind = "virtual machine" if machine["virtual"] else "machine"
    first = ", both scheduled before all else (SCHED_RR)" if settings["first"] else ""
    return [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB ({kind}); Linux {machine['kernel']}, "
        f"TCP {machine['congestion_control']}; Python {machine['python']}, uvloop {machine['uvloop']}, "
        f"SQLite {machine['sqlite']}; {machine['go']}; Hubbub {machine['hubbub']}.",
        f"Server on core {settings['server_core']}, load generator on core {settings['load_core']}{first}, loopback. "
        f"Load average before {quiet['load_before']}, after {quiet['load_after']}; a page of 4 KiB "
        f"is on the disk after {quiet['sync_ms_before']} ms before, {quiet['sync_ms_after']} ms after. "
        "Hubbub's limits on; raised: "
        + ", ".join(f"`{name}={value}`" for name, value in settings["limits_raised"].items())
        + ".",
        *_peers(result["peers"]),
    ]


def _peers(peers: Measured) -> list[str]:
    """With which versions, and who is missing and why."""
    built = [
        f"{title_of(name)}: " + (", ".join(f"{package} {version}" for package, version in versions.items()) or "–")
        for name, versions in peers["built"].items()
    ]
    missing = [f"{title_of(name)} could not be built here: {why}" for name, why in peers["missing"].items()]
    return ["Peers: " + "; ".join([*built, *missing]) + "."] if built or missing else []
