"""What the case `list` has measured, as people read it."""

from __future__ import annotations

from typing import Final

from bench.case import Measured, write_table
from bench.cases.tables import milliseconds
from bench.chart import Bar, Panel

STEP_PX: Final = 600  # a frame: 36,000 a second, more than a wheel gives

# What was promised: docs/decisions/message-list.md.
ROWS_MOST: Final = 300
LONG_TASK_MS: Final = 50
SWITCH_US: Final = 100_000
CLS_MOST: Final = 0.02
SCRIPT_BYTES_MOST: Final = 200 * 1024


def write_list(measured: Measured) -> list[str]:
    size, memory = measured["size"], measured["memory"]
    ways = ("up", "down")
    scrolls = [
        [
            way,
            f"{one['frames']:,}",
            f"{one['dropped']:,} ({one['dropped'] / max(1, one['frames'] + one['dropped']):.1%})",
            " / ".join(milliseconds(one["frame_us"][part]) for part in ("p50", "p99", "longest")),
            f"**{one['long_tasks']}** ({one['longest_task_ms']} ms)",
            f"**{one['rows_most']}**",
            f"{one['blank_frames']}",
        ]
        for way, one in zip(ways, measured["scrolls"], strict=True)
    ]
    switches = [
        [
            name,
            f"{one['count']}",
            *(f"{milliseconds(one['us'][part])}" for part in ("p50", "p95", "longest")),
            f"{one['long_tasks']} ({one['longest_task_ms']} ms)",
        ]
        for name, one in (("first time", measured["switches"]["first"]), ("again", measured["switches"]["again"]))
    ]
    loads = measured["loads"]
    return [
        "## The list of messages",
        f"One reader in Chromium without a window (1440 by 900, drawn by the processor), in {size['channels']} "
        f"channels, one of them of {size['messages']:,} messages. Scrolled by {STEP_PX} pixels in every frame from the "
        "newest message to the first and back; a task is long from 50 ms on.",
        write_table(
            (
                "way",
                "frames",
                "dropped",
                "frame p50 / p99 / longest ms",
                "long tasks (longest)",
                "rows at most",
                "blank",
            ),
            scrolls,
        ),
        f"The page's heap: {_megabytes(memory['before'])} before, {_megabytes(memory['after'])} after scrolling, "
        f"{_megabytes(memory['after_switching'])} after switching.",
        "Switching: from the click to the frame with the room's messages. The first time they are fetched after the "
        "click (nobody pointed at the link before); again they come from memory.",
        write_table(("rooms opened", "count", "p50 ms", "p95 ms", "longest", "long tasks (longest)"), switches),
        f"First load of the long room, nothing cached: largest paint after "
        f"{', '.join(milliseconds(one['lcp_us']) for one in loads)} ms, layout shift "
        f"{max(one['cls'] for one in loads):.4f} at most, JavaScript {loads[0]['script_bytes_gzip'] / 1024:,.0f} KiB "
        "in gzip.",
    ]


def draw_list(measured: Measured) -> list[Panel]:
    bars = [
        Bar(
            name,
            measured["switches"][key]["us"]["p95"],
            f"{milliseconds(measured['switches'][key]['us']['p95'])} ms",
            True,
        )
        for name, key in (("first time", "first"), ("again", "again"))
    ]
    return [Panel("Opening a channel", "95 of 100 show their messages sooner; shorter is better", bars)]


def judge_list(measured: Measured) -> list[str]:
    rows = max(one["rows_most"] for one in measured["scrolls"])
    longest = max(one["longest_task_ms"] for one in measured["scrolls"])
    dropped = sum(one["dropped"] for one in measured["scrolls"])
    reached = all(one["reached"] for one in measured["scrolls"])
    slow = max(one["us"]["p95"] for one in measured["switches"].values())
    shift = max(one["cls"] for one in measured["loads"])
    size = measured["loads"][0]["script_bytes_gzip"]
    return [
        f"List: {'scrolled through' if reached else 'NOT scrolled through'}, {rows} rows at most "
        f"({_word(rows <= ROWS_MOST)} the promised {ROWS_MOST}), the longest task {longest} ms "
        f"({_word(longest <= LONG_TASK_MS)} {LONG_TASK_MS}), {dropped} frames dropped",
        f"List: a channel is shown in {milliseconds(slow)} ms at p95, {_word(slow <= SWITCH_US)} the promised 100",
        f"List: first load shifts by {shift} ({_word(shift <= CLS_MOST)} {CLS_MOST}) and takes {size / 1024:.0f} KiB "
        f"of JavaScript ({_word(size <= SCRIPT_BYTES_MOST)} 200)",
    ]


def _word(kept: bool) -> str:
    return "within" if kept else "OUTSIDE"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"
