"""Posts: how many a second are on the disk and acknowledged, and how long a sender waits for it."""

from __future__ import annotations

import statistics
from typing import Any, Final

from bench.case import Case, Measured, Run, write_table
from bench.cases.commits import measure_commits
from bench.cases.scene import Scene, set_scene
from bench.cases.tables import median_of, milliseconds, quantiles
from bench.cases.town import Plan
from bench.chart import Bar, Panel

SENDERS: Final = 256
# Where they post, how many do, how many posts each has unanswered.
VARIANTS: Final = (("home", 1, 1), ("home", 32, 1), ("home", 256, 1), ("home", 256, 8), ("common", 256, 1))
FLOOR_FACTOR: Final = 2.5  # one sender's wait, of a bare commit's
FEWEST: Final = 10_000  # posts a second from 256 senders


def measure_posts(run: Run) -> Measured:
    """Rounds of all variants and of the floor, in turns. Everyone is connected throughout."""
    rounds: list[dict[str, Any]] = []
    with set_scene(run, Plan(SENDERS)) as scene:
        scene.people.ask("open", 0, SENDERS, 64)
        for number in range(1 if run.options.quick else run.options.rounds):
            rounds.append(_measure_round(run, scene, number))
    return {"rounds": rounds, "summary": _summarise(rounds)}


def _measure_round(run: Run, scene: Scene, number: int) -> dict[str, Any]:
    """The floor is measured right before and right after the one sender who is held against it: disks drift."""
    seconds = 0.5 if run.options.quick else run.options.seconds
    floors: list[Measured] = []
    posts = []
    for where, senders, each in VARIANTS if number % 2 == 0 else VARIANTS[::-1]:
        if senders == 1:
            floors.append(measure_commits(run.folder, seconds / 2, first=run.options.first))
        measured = scene.people.ask("posts", where, senders, each, seconds / 4, seconds)
        posts.append({"where": where, **measured})
        run.tell(
            f"round {number + 1}, {senders} senders, {each} each, {where}: {measured['posts_per_second']:,.0f} posts/s"
        )
        if senders == 1:
            floors.append(measure_commits(run.folder, seconds / 2, first=run.options.first))
    return {"floor": median_of(floors), "posts": posts}


def _summarise(rounds: list[dict[str, Any]]) -> Measured:
    variants = [median_of([_find(one, *variant) for one in rounds]) for variant in VARIANTS]
    ratios = [round(_find(one, "home", 1, 1)["ack_us"]["p50"] / one["floor"]["p50"], 2) for one in rounds]
    return {
        "floor": median_of([one["floor"] for one in rounds]),
        "variants": variants,
        "ratios": ratios,
        "ratio": round(statistics.median(ratios), 2),
    }


def _find(one: dict[str, Any], where: str, senders: int, each: int) -> Measured:
    return next(p for p in one["posts"] if (p["where"], p["senders"], p["each"]) == (where, senders, each))


def write_posts(measured: Measured) -> list[str]:
    summary = measured["summary"]
    rows = [
        [
            f"{one['senders']:,.0f}",
            f"{one['each']:,.0f}",
            "their own, 4 in each" if one["where"] == "home" else "one with all 256",
            f"**{one['posts_per_second']:,.0f}**",
            quantiles(one["ack_us"]),
            f"{one['server_cpu_us_per_post']:.0f}",
        ]
        for one in summary["variants"]
    ]
    head = ("senders", "unanswered each", "channels", "posts/s (median)", "acknowledged p50 / p99 ms", "CPU µs a post")
    floor = summary["floor"]
    return [
        "## Durable posts",
        "Every sender is a person of their own, and posts again when the last post is acknowledged, which it is once "
        "it is on the disk.",
        write_table(head, rows),
        f"A bare SQLite commit on the same disk (WAL, synchronous=FULL, one row of 100 bytes) takes "
        f"{milliseconds(floor['p50'])} / {milliseconds(floor['p99'])} ms (p50 / p99). One sender waits "
        f"**{summary['ratio']:.2f}** times that for its post; round by round: "
        + ", ".join(f"{ratio:.2f}" for ratio in summary["ratios"])
        + ".",
    ]


def draw_posts(measured: Measured) -> list[Panel]:
    bars = [
        Bar(_name(one), one["posts_per_second"], f"{one['posts_per_second']:,.0f}", True)
        for one in measured["summary"]["variants"]
    ]
    return [Panel("Durable posts acknowledged a second", "One core; every post committed to disk first", bars)]


def _name(one: Measured) -> str:
    crowd = ", all in one" if one["where"] == "common" else f", {one['each']:.0f} each" if one["each"] > 1 else ""
    return f"{one['senders']:.0f} sender{'s' if one['senders'] > 1 else ''}{crowd}"


def judge_posts(measured: Measured) -> list[str]:
    summary = measured["summary"]
    rate = max(one["posts_per_second"] for one in summary["variants"] if one["senders"] == SENDERS)
    ratio = summary["ratio"]
    return [
        f"Posts: {rate:,.0f} a second from 256 senders, {_word(rate >= FEWEST)} the promised {FEWEST:,}",
        f"Posts: one sender waits {ratio:.2f} bare commits, {_word(ratio <= FLOOR_FACTOR)} the bound of {FLOOR_FACTOR}",
    ]


def _word(kept: bool) -> str:
    return "within" if kept else "OUTSIDE"


CASE: Final = Case(
    name="posts",
    about="durable posts a second",
    measure=measure_posts,
    paragraphs=write_posts,
    panels=draw_posts,
    verdicts=judge_posts,
)
