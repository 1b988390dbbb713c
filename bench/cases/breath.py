"""Breath: how long the server's loop looks at nothing else while a message is written to thousands."""

from __future__ import annotations

from typing import Any, Final

from bench.case import Case, Measured, Run, write_table
from bench.cases.scene import set_scene
from bench.cases.tables import median_of, milliseconds
from bench.cases.town import Plan
from bench.chart import Bar, Panel

LONGEST_MS: Final = 5.0
EACH: Final = (0, 1, 64)  # messages on the way to everybody


def measure_breath(run: Run) -> Measured:
    """One person pings every half millisecond while another posts to all; in turns with nobody posting."""
    people = 300 if run.options.quick else run.options.connections
    with set_scene(run, Plan(people, home=0)) as scene:
        scene.people.ask("open", 0, people, 64)
        rounds: dict[int, list[dict[str, Any]]] = {each: [] for each in (EACH[:2] if run.options.quick else EACH)}
        for number in range(1 if run.options.quick else 3):
            for each in rounds:
                seconds = 0.5 if run.options.quick else 2 * run.options.seconds
                rounds[each].append(scene.people.ask("breath", each, seconds))
                longest = milliseconds(rounds[each][-1]["running_us"]["max"])
                run.tell(f"round {number + 1}, {each} on the way: at most {longest} ms")
    summary = [median_of(measured) for measured in rounds.values()]
    return {"members": people, "rounds": list(rounds.values()), "summary": summary}


def write_breath(measured: Measured) -> list[str]:
    rows = [
        [
            "nobody posts" if one["each"] == 0 else f"{one['each']:.0f}",
            f"{one['deliveries_per_second']:,.0f}",
            *(milliseconds(one["running_us"][part]) for part in ("p50", "p99", "p999")),
            f"**{milliseconds(one['running_us']['max'])}**",
            f"{milliseconds(one['trip_us']['p99'])} / {milliseconds(one['trip_us']['max'])}",
        ]
        for one in measured["summary"]
    ]
    head = (
        "messages on the way",
        "deliveries/s",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "longest ms",
        "by the clock, p99 / longest ms",
    )
    return [
        f"## Breath while {measured['members']:,} members are written to",
        "Round trips of one member's pings, sent every half millisecond: what the loop takes until it looks at its "
        "sockets again is in each. Time is left out in which server or load were ready and another process had their "
        "processor; by the clock it is in. Medians of the rounds, of their longest too.",
        write_table(head, rows),
    ]


def draw_breath(measured: Measured) -> list[Panel]:
    bars = [
        Bar(
            "nobody posts" if one["each"] == 0 else f"{one['each']:.0f} on the way",
            one["running_us"]["p99"],
            f"{milliseconds(one['running_us']['p99'])} ms",
            True,
        )
        for one in measured["summary"]
    ]
    title = f"Until a ping is answered while {measured['members']:,} members are written to"
    return [Panel(title, "99 of 100 take no longer; less is better", bars)]


def judge_breath(measured: Measured) -> list[str]:
    busy = [one for one in measured["summary"] if one["each"]]
    worst = max(float(one["running_us"]["max"]) for one in busy) / 1000
    mostly = max(float(one["running_us"]["p999"]) for one in busy) / 1000
    word = "within" if worst <= LONGEST_MS else "OUTSIDE"
    return [
        f"Breath: at most {worst:.1f} ms (p99.9 {mostly:.1f}) until a ping is answered while {measured['members']:,} "
        f"are written to, {word} the bound of {LONGEST_MS:.0f}"
    ]


CASE: Final = Case(
    name="breath",
    about="the loop's longest pause while 15,000 are written to",
    measure=measure_breath,
    paragraphs=write_breath,
    panels=draw_breath,
    verdicts=judge_breath,
)
