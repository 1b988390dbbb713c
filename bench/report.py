"""Results as people read them: a page of tables, and the picture's panels. Numbers come from the results alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from bench.chart import Bar, Panel

Result: TypeAlias = dict[str, Any]

NAMES: Final = {"hubbub": "Hubbub (every message committed)", "gorilla": "Go, gorilla's chat shape (nothing stored)"}
SHORT: Final = {"hubbub": "Hubbub, stored", "gorilla": "Go, gorilla hub"}
BOUND: Final = 1536  # bytes an idle connection may take


def write_page(result: Result, picture: str) -> str:
    """The results as Markdown; `picture` is the SVG's file name beside it."""
    return "\n\n".join([f"# Measured on {result['date']}: {result['name']}", *write_tables(result, picture)]) + "\n"


def write_tables(result: Result, picture: str) -> list[str]:
    """The paragraphs: machine, picture, tables."""
    parts = [*_machine(result), f"![The figures as bars]({picture})"]
    if "fanout" in result:
        parts += _fanout(result["fanout"])
    if "memory" in result:
        parts += _memory(result["memory"])
    return parts


def panels_of(result: Result) -> list[Panel]:
    """What the picture shows: fan-out for each number outstanding, then memory."""
    panels = []
    for one in result.get("fanout", {}).get("summary", ()):
        bars = [
            Bar(
                SHORT[name],
                one[name]["deliveries_per_second"],
                f"{one[name]['deliveries_per_second']:,}",
                name == "hubbub",
            )
            for name in NAMES
            if name in one
        ]
        title = f"Deliveries a second, {result['fanout']['members']:,} members, {_outstanding(one)}"
        panels.append(Panel(title, "One core; more is better", bars))
    if "memory" in result:
        bars = [
            Bar(SHORT[one["server"]], per["rss"], f"{per['rss']:,} B", one["server"] == "hubbub")
            for one in result["memory"]
            for per in [one["bytes_per_connection"]]
        ]
        count = result["memory"][0]["connections"]
        panels.append(Panel(f"Memory of an idle connection, {count:,} of them", "User space; less is better", bars))
    return panels


def verdicts_of(result: Result) -> list[str]:
    """One line for each thing that was promised."""
    lines = []
    for one in result.get("fanout", {}).get("summary", ()):
        if "ratio" in one:
            rates = " against ".join(f"{one[name]['deliveries_per_second']:,}" for name in NAMES)
            lines.append(f"Fan-out, {_outstanding(one)}: {rates} deliveries/s, {one['ratio']:.2f} times the Go hub")
    for one in result.get("memory", ()):
        if one["server"] == "hubbub":
            size = max(one["bytes_per_connection"].values())
            word = "within" if size <= BOUND else "ABOVE"
            lines.append(f"Memory: {size:,} bytes an idle connection, {word} the bound of {BOUND:,}")
    return lines


def _outstanding(one: Result) -> str:
    return "one message at a time" if one["outstanding"] == 1 else f"{one['outstanding']} messages outstanding"


def _machine(result: Result) -> list[str]:
    machine, settings, quiet = result["machine"], result["settings"], result["conditions"]
    kind = "virtual machine" if machine["virtual"] else "machine"
    first = ", both scheduled before all else (SCHED_RR)" if settings["first"] else ""
    return [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB ({kind}); Linux {machine['kernel']}, "
        f"TCP {machine['congestion_control']}; Python {machine['python']}, uvloop {machine['uvloop']}, "
        f"SQLite {machine['sqlite']}; {machine['go']}, gorilla/websocket {machine['gorilla/websocket']}; "
        f"Hubbub {machine['hubbub']}.",
        f"Server on core {settings['server_core']}, load generator on core {settings['load_core']}{first}, loopback. "
        f"Load average before {quiet['load_before']}, after {quiet['load_after']}; a page of 4 KiB "
        f"is on the disk after {quiet['sync_ms_before']} ms before, {quiet['sync_ms_after']} ms after. "
        "Hubbub's limits on; raised: "
        + ", ".join(f"`{name}={value}`" for name, value in settings["limits_raised"].items())
        + ".",
    ]


def _fanout(fanout: Result) -> list[str]:
    parts = []
    for one in fanout["summary"]:
        parts.append(f"## Fan-out to {fanout['members']:,} members, {_outstanding(one)}")
        parts.append(_table(_FANOUT_HEAD, (_fanout_row(name, one[name]) for name in NAMES if name in one)))
        if "ratio" in one:
            each = ", ".join(f"{ratio:.2f}" for ratio in one["ratios"])
            parts.append(f"Hubbub to Go, round by round: {each}; median **{one['ratio']:.2f}**.")
    return parts


_FANOUT_HEAD: Final = (
    "server",
    "deliveries/s (median)",
    "lowest – highest",
    "bytes a delivery",
    "CPU µs a delivery",
    "post → each p50 / p99 ms",
    "post → last p50 / p99 ms",
    "post → acknowledged p50 ms",
)


def _fanout_row(name: str, one: Result) -> list[str]:
    each, last, ack = (one[f"latency_{kind}_us"] for kind in ("each", "last", "ack"))
    return [
        NAMES[name],
        f"**{one['deliveries_per_second']:,}**",
        f"{one['lowest']:,} – {one['highest']:,}",
        f"{one['bytes_per_delivery']:.0f}",
        f"{one['server_cpu_us_per_delivery']:.2f}",
        f"{each['p50'] / 1e3:.1f} / {each['p99'] / 1e3:.1f}",
        f"{last['p50'] / 1e3:.1f} / {last['p99'] / 1e3:.1f}",
        f"{ack['p50'] / 1e3:.1f}" if ack["p50"] else "–",
    ]


def _memory(memory: Sequence[Result]) -> list[str]:
    head = ("server", "resident", "proportional", "private", "slope", "after messages to all")
    rows = (
        [
            NAMES[one["server"]],
            *(f"{one['bytes_per_connection'][kind]:,}" for kind in ("rss", "pss", "private_dirty")),
            f"{one['slope']['rss']:,}",
            f"{one['after_messages']['bytes_per_connection']['rss']:,}",
        ]
        for one in memory
    )
    counts = [step["connections"] for step in memory[0]["steps"]]
    steps = ([NAMES[one["server"]], *(f"{step['rss'] / 2**20:.1f}" for step in one["steps"])] for one in memory)
    return [
        f"## Memory of an idle connection, {memory[0]['connections']:,} of them",
        "Bytes of user space for each connection, over what the same process takes with none (after a warm-up):",
        _table(head, rows),
        "Resident MiB of the whole process as connections are added:",
        _table(("connections", *(f"{count:,}" for count in counts)), steps),
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
