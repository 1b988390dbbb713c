"""What the case `search` has measured, as people read it."""

from __future__ import annotations

from typing import Final

from bench.case import Measured, write_table
from bench.cases.search_copying import PROMISED
from bench.cases.tables import milliseconds, quantiles
from bench.chart import Bar, Panel

NAMES: Final = {"embedded": "embedded (SQLite)", "elasticsearch": "Elasticsearch", "opensearch": "OpenSearch"}
# A tenth of a second is what seems immediate (R. B. Miller, Response time in man-computer conversational transactions,
# 1968): told in a verdict, promised nowhere.
IMMEDIATE_US: Final = 100_000


def write_search(measured: Measured) -> list[str]:
    return [
        f"## Searching in {measured['messages']:,} messages",
        "English and Chinese by halves, over two years. Hubbub is on one core, the search server (a heap of 1 GB, "
        "otherwise as it comes) on the other, beside the load.",
        *(f"{NAMES[name]} could not be had here: {why}" for name, why in measured["missing"].items()),
        *_write_filling(measured),
        *_write_searches(measured),
        *_write_flows(measured),
        *_write_history(measured),
    ]


def _write_filling(measured: Measured) -> list[str]:
    embedded = measured["embedded"]
    parts = [
        f"The embedded index takes in {embedded['events_per_second']:,.0f} events a second when nobody posts, and "
        f"{_megabytes(embedded['index_bytes'])} beside a database of {_megabytes(embedded['database_bytes'])}."
    ]
    engines = measured["engines"]
    if not engines:
        return parts
    rows = []
    for name, engine in engines.items():
        copying, whole = engine["copying"], engine["whole"]
        summary = copying["summary"]
        ratios = ", ".join(f"{one['ratio']:.2f}" for one in copying["rounds"])
        rows.append(
            [
                f"{NAMES[name]} {engine['version']}",
                f"**{summary['follower']:,.0f}**",
                f"{summary['bare']:,.0f}",
                f"**{summary['ratio']:.2f}** ({ratios})",
                f"{summary['server_cpu_us_per_document']:.0f}",
                f"{copying['single']['per_second']:,.0f}",
                f"{whole['documents']:,} in {whole['seconds']:,.0f} s",
                _megabytes(sum(whole["bytes"].values())),
            ]
        )
    head = (
        "documents/s",
        "Hubbub's follower",
        "bare bulk writer",
        "ratio (by round)",
        "CPU µs a document",
        "one request a message",
        "everything",
        "on disk",
    )
    return [
        *parts,
        "Each message is two documents there: itself, and the event in the log. The bare writer sends the same "
        "requests, made before, one after the other; Hubbub reads its log, makes the documents and sends them, a "
        "server that could be posted to meanwhile. Rounds in turns; medians. Beside it what one request for each "
        "message, waited for, would carry.",
        write_table(head, rows),
    ]


def _write_searches(measured: Measured) -> list[str]:
    engines = {"embedded": measured["embedded"], **measured["engines"]}
    kinds = [one["kind"] for one in measured["embedded"]["searches"]]
    rows = []
    for place, kind in enumerate(kinds):
        each = [engine["searches"][place] for engine in engines.values()]
        rows.append([kind, f"{each[0]['found']:,.0f}", *(_cell(one) for one in each)])
    head = ("searched for", "found (median)", *(f"{NAMES[name]} p50 / p99 ms" for name in engines))
    return [
        "### Search",
        "Over HTTP, one after the other, each time something else, by somebody who may read everything. Totals are "
        "counted up to 10,000.",
        write_table(head, rows),
        *_write_stand_ins(measured["engines"]),
    ]


def _cell(one: Measured) -> str:
    refused = f", {one['refused']} of {one['asked']} refused" if one["refused"] else ""
    return quantiles(one) + refused


def _write_stand_ins(engines: Measured) -> list[str]:
    """Where another engine answered than the one that was asked."""
    return [
        f"{NAMES[name]}: some searches were answered by {', '.join(sorted(others))}."
        for name, engine in engines.items()
        if (others := {by for one in engine["searches"] for by in one["engines"]} - {name})
    ]


def _write_flows(measured: Measured) -> list[str]:
    flows = [*measured["embedded"]["flows"], *(flow for one in measured["engines"].values() for flow in one["flows"])]
    rows = []
    for flow in flows:
        lag = flow.get("lag")
        acks = flow["ack_us"]
        rows.append(
            [
                flow["name"],
                f"{flow['posts_per_second']:,.0f}",
                f"**{quantiles(acks)}**",
                milliseconds(acks["longest"]),
                f"{flow['server_cpu_us_per_post']:.0f}",
                f"{quantiles(lag['us'])} / {milliseconds(lag['us']['longest'])}" if lag else "–",
                f"{lag['events']['p50']:,.0f} / {lag['events']['p99']:,.0f} / {lag['events']['longest']:,.0f}"
                if lag
                else "–",
            ]
        )
    head = (
        "with",
        "posts/s",
        "acknowledged p50 / p99 ms",
        "longest",
        "CPU µs a post",
        "there after p50 / p99 / longest ms",
        "events behind p50 / p99 / longest",
    )
    return [
        "### While 1,000 posts a second flow",
        "Four people who hear everything post for 20 seconds at even intervals, whatever is answered; a post waits "
        "from when it was due. One post in ten is then asked for at the search server, every 50 ms, until it is there; "
        "searches see it at the next refresh, a second apart at most.",
        write_table(head, rows),
    ]


def _write_history(measured: Measured) -> list[str]:
    archives = {name: one["archive"] for name, one in measured["engines"].items() if "archive" in one}
    history = [*measured["embedded"]["history"], *(page for one in archives.values() for page in one["history"])]
    rows = [
        [
            one["page"],
            NAMES.get(one["where"], one["where"]),
            f"**{quantiles(one)}**",
            milliseconds(one["longest"]),
            f"{one['bytes'] / 1024:.0f}",
        ]
        for one in history
    ]
    return [
        "### Pages of history",
        "100 messages of the largest room, as JSON, one client; from a search server where they had left SQL.",
        write_table(("page", "from", "p50 / p99 ms", "longest", "KiB"), rows),
        *(_write_archive(name, one) for name, one in archives.items()),
    ]


def _write_archive(name: str, archive: Measured) -> str:
    unproven = f" ({archive['unproven']} streams could not be proven whole)" if archive["unproven"] else ""
    return (
        f"Archiving what is older than {archive['days']} days in {NAMES[name]}: {archive['removed']:,} events left SQL "
        f"in {archive['seconds']:,.0f} s, each proven to be there first{unproven}; the database went from "
        f"{_megabytes(archive['bytes_before'])} to {_megabytes(archive['bytes_after'])}."
    )


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def draw_search(measured: Measured) -> list[Panel]:
    engines = {"embedded": measured["embedded"], **measured["engines"]}
    panels = []
    for kind in ("a common English word", "a Chinese phrase"):
        found = {name: next(o for o in one["searches"] if o["kind"] == kind) for name, one in engines.items()}
        bars = [Bar(NAMES[name], one["p50"], f"{milliseconds(one['p50'])} ms", True) for name, one in found.items()]
        note = f"{measured['messages']:,} messages; median over HTTP, shorter is better"
        panels.append(Panel(f"Searching for {kind}", note, bars))
    for name, engine in measured["engines"].items():
        copying = engine["copying"]
        rates = {
            "Hubbub's follower": copying["summary"]["follower"],
            "bare bulk writer": copying["summary"]["bare"],
            "one request a message": copying["single"]["per_second"],
        }
        bars = [Bar(who, rate, f"{rate:,.0f}", who.startswith("Hubbub")) for who, rate in rates.items()]
        panels.append(Panel(f"Documents a second into {NAMES[name]}", "Medians of rounds in turns", bars))
    return panels


def judge_search(measured: Measured) -> list[str]:
    lines = []
    for name, engine in measured["engines"].items():
        ratio = engine["copying"]["summary"]["ratio"]
        kept = "within" if ratio >= PROMISED else "OUTSIDE"
        lines.append(
            f"Search: copying into {NAMES[name]} at {ratio:.2f} of a bare bulk writer, {kept} the promised 0.8"
        )
    for name, engine in {"embedded": measured["embedded"], **measured["engines"]}.items():
        slowest = max(engine["searches"], key=lambda one: float(one["p50"]))
        word = "below" if slowest["p50"] <= IMMEDIATE_US else "ABOVE"
        lines.append(
            f"Search: {NAMES[name]} takes longest for {slowest['kind']}: {quantiles(slowest)} ms (p50 / p99), "
            f"the median {word} 100 ms"
        )
    return lines
