"""How rounds are shown: tables, bars, ratios. Made from the results alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bench.case import Measured, write_table
from bench.chart import Bar, Panel
from bench.peer import short_of, title_of

SCARCE: Final = 0.03  # of its time the generator must have had to spare, or it may have been the limit

HEAD: Final = (
    "server",
    "deliveries/s (median)",
    "lowest – highest",
    "bytes a delivery",
    "server CPU s a million",
    "post → last p50 / p99 ms",
    "post → acknowledged p50 ms",
)


def outstanding_words(one: Measured) -> str:
    return "one message at a time" if one["outstanding"] == 1 else f"{one['outstanding']} messages outstanding"


def write_rounds(one: Measured, title: str) -> list[str]:
    """A heading, the servers, and Hubbub's ratio to each."""
    names = list(one["servers"])
    rows = [_row(name, one["servers"][name]) for name in names]
    parts = [f"## {title}, {outstanding_words(one)}", write_table(HEAD, rows)]
    if one["ratios"]:
        ratios = [
            [title_of(name), ", ".join(f"{ratio:.2f}" for ratio in found["rounds"]), f"**{found['median']:.2f}**"]
            for name, found in one["ratios"].items()
        ]
        parts.append(write_table(("Hubbub to …", "round by round", "median"), ratios))
    scarce = [name for name in names if one["servers"][name]["generator_idle_share"] < SCARCE]
    if scarce:
        parts.append(
            f"The load generator had less than {SCARCE:.0%} of its time to spare with "
            + ", ".join(title_of(name) for name in scarce)
            + ": it may have been the limit, and the server faster."
        )
    return parts


def write_failed(measured: Measured) -> list[str]:
    """Who fell out, and how."""
    return [f"{title_of(name)} fell out of the rounds: {words}" for name, words in measured.get("failed", {}).items()]


def _row(name: str, one: Measured) -> list[str]:
    last, ack = one["latency_last_us"], one["latency_ack_us"]
    return [
        title_of(name),
        f"**{one['deliveries_per_second']:,}**",
        f"{one['lowest']:,} – {one['highest']:,}",
        f"{one['bytes_per_delivery']:.0f}",
        f"{one['server_cpu_seconds_per_million']:.2f}",
        f"{last['p50'] / 1e3:.1f} / {last['p99'] / 1e3:.1f}",
        f"{ack['p50'] / 1e3:.1f}" if ack["p50"] else "–",
    ]


def draw_rounds(one: Measured, title: str) -> Panel:
    bars = [
        Bar(short_of(name), found["deliveries_per_second"], f"{found['deliveries_per_second']:,}", name == "hubbub")
        for name, found in one["servers"].items()
    ]
    return Panel(f"Deliveries a second, {title}, {outstanding_words(one)}", "One core; more is better", bars)


def judge(one: Measured, title: str, targets: Sequence[tuple[str, int, float]]) -> list[str]:
    """A line for each target (peer, outstanding, least ratio) that these rounds can answer."""
    lines = []
    for peer, outstanding, least in targets:
        if outstanding == one["outstanding"] and peer in one["ratios"]:
            ratio = one["ratios"][peer]["median"]
            word = "reached" if ratio >= least else "MISSED"
            lines.append(f"{title}, {outstanding_words(one)}: {ratio:.2f} times {short_of(peer)}, {least:.1f} {word}")
    return lines
