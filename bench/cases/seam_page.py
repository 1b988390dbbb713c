"""What the case `seam` has measured, as people read it."""

from __future__ import annotations

from typing import Final

from bench.case import Measured, write_table
from bench.cases.search_page import IMMEDIATE_US, NAMES
from bench.cases.tables import milliseconds, quantiles
from bench.chart import Bar, Panel

_WHERE: Final = {"sql": "SQL", "seam": "both", "archive": "the archive alone"}


def write_seam(measured: Measured) -> list[str]:
    seconds = measured["seconds"]
    rows = [
        [
            _WHERE[kind],
            f"{one['pages']:,}",
            f"**{quantiles(one['took'])}**",
            milliseconds(one["took"]["longest"]),
            f"**{quantiles(one['waited'])}**",
            milliseconds(one["waited"]["longest"]),
        ]
        for kind, one in measured["pages"].items()
        if one["pages"]
    ]
    return [
        "## A room whose history is in the archive",
        f"Of {measured['messages']:,} messages {measured['archived']:,} are in "
        f"{NAMES[measured['engine']]} {measured['version']} alone: all that are older than {measured['days']} days, "
        f"but for the newest of each room. Copying took {seconds['copy']:,.0f} s, archiving "
        f"{seconds['archive']:,.0f} s; the database went from "
        f"{_megabytes(measured['bytes_before'])} to {_megabytes(measured['bytes_after'])}.",
        "A real Chromium, on one core with the search server, goes up the largest rooms from the newest line, in each "
        "frame to the topmost line that is drawn. Of each page of older lines: from its request to the frame with its "
        f"first line, and how long there was nothing more to see meanwhile. {measured['lines']:,} lines came, "
        f"{measured['missing']} were missing, {measured['gaps']} times a line did not follow the one above it, and the "
        f"browser complained {measured['troubles']} times.",
        write_table(
            ("older lines from", "pages", "there after p50 / p99 ms", "longest", "waited for p50 / p99 ms", "longest"),
            rows,
        ),
    ]


def draw_seam(measured: Measured) -> list[Panel]:
    bars = [
        Bar(f"from {_WHERE[kind]}", one["took"]["p50"], f"{milliseconds(one['took']['p50'])} ms", True)
        for kind, one in measured["pages"].items()
        if one["pages"]
    ]
    return [Panel("Until older lines are there, in a browser", "Median, from the request; shorter is better", bars)]


def judge_seam(measured: Measured) -> list[str]:
    archive = measured["pages"]["archive"]
    whole = not (measured["missing"] or measured["gaps"] or measured["troubles"] or measured["unproven"])
    word = "below" if archive["took"]["p99"] <= IMMEDIATE_US else "ABOVE"
    share = measured["bytes_after"] / measured["bytes_before"]
    return [
        f"Seam: {measured['lines']:,} lines of {measured['archived']:,} archived messages scrolled, "
        f"{'none missing, none out of place' if whole else 'NOT whole'}",
        f"Seam: older lines are there after {quantiles(archive['took'])} ms (p50 / p99) from the archive, "
        f"{quantiles(measured['pages']['sql']['took'])} ms from SQL; p99 {word} 100 ms",
        f"Seam: archiving leaves {share:.0%} of the database",
    ]


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
