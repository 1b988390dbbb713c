"""Everyone: a message to a channel of 100,000 members costs its author what one among ten does."""

from __future__ import annotations

from typing import Any, Final

from bench.case import Case, Measured, Run, write_table
from bench.cases.scene import set_scene
from bench.cases.tables import median_of, milliseconds, quantiles
from bench.cases.town import Plan

MEMBERS: Final = 100_000
HOME: Final = 10


def measure_everyone(run: Run) -> Measured:
    """One sender posts in the channel of all and in one of ten, in turns; the same ten are connected."""
    members = 2000 if run.options.quick else MEMBERS
    rounds: dict[str, list[dict[str, Any]]] = {"common": [], "home": []}
    with set_scene(run, Plan(members, home=HOME)) as scene:
        scene.people.ask("open", 0, HOME, 16)
        for number in range(1 if run.options.quick else run.options.rounds):
            for where in rounds if number % 2 == 0 else reversed(rounds):
                seconds = 0.5 if run.options.quick else run.options.seconds
                rounds[where].append(scene.people.ask("posts", where, 1, 1, seconds / 4, seconds))
    summary = {where: median_of(measured) for where, measured in rounds.items()}
    run.tell(
        f"acknowledged: {summary['common']['ack_us']['p50']} µs among all, {summary['home']['ack_us']['p50']} in ten"
    )
    return {"members": members, "home": HOME, "summary": summary}


def write_everyone(measured: Measured) -> list[str]:
    summary = measured["summary"]
    rows = [
        [
            f"{measured['members']:,} members, {measured['home']} connected",
            quantiles(summary["common"]["ack_us"]),
            f"{summary['common']['server_cpu_us_per_post']:.0f}",
        ],
        [
            f"{measured['home']} members, all connected",
            quantiles(summary["home"]["ack_us"]),
            f"{summary['home']['server_cpu_us_per_post']:.0f}",
        ],
    ]
    return [
        f"## A message to {measured['members']:,} members",
        write_table(("channel", "acknowledged p50 / p99 ms", "CPU µs a post"), rows),
    ]


def judge_everyone(measured: Measured) -> list[str]:
    common, home = (measured["summary"][where]["ack_us"]["p50"] for where in ("common", "home"))
    return [
        f"Everyone: a post among {measured['members']:,} members is acknowledged after {milliseconds(common)} ms, "
        f"among {measured['home']} after {milliseconds(home)} ms"
    ]


CASE: Final = Case(
    name="everyone",
    about="a message to 100,000 members",
    measure=measure_everyone,
    paragraphs=write_everyone,
    verdicts=judge_everyone,
)
