"""A reconnect storm: thousands are cut at once, and all come back from where they were."""

from __future__ import annotations

from typing import Any, Final

from bench.case import Case, Measured, Run, write_table
from bench.cases.scene import set_scene
from bench.cases.tables import median_of, milliseconds, quantiles
from bench.cases.town import Plan

CUT: Final = 10_000
STAYING: Final = 8
MISSED: Final = 20
# Seconds over which they come back at first: all in the same moment, and as the browser's client does it.
JITTERS: Final = (0.0, 0.5)


def measure_resume(run: Run) -> Measured:
    """Each storm some times, one after the other; in the meantime somebody else posts every 5 ms."""
    count = 300 if run.options.quick else CUT
    storms: list[dict[str, Any]] = []
    with set_scene(run, Plan(count + STAYING)) as scene:
        scene.people.ask("open", 0, count + STAYING, 64)
        for jitter in JITTERS[:1] if run.options.quick else JITTERS:
            rounds = []
            for _ in range(1 if run.options.quick else 3):
                rounds.append(scene.people.ask("storm", count, MISSED, jitter))
                run.tell(f"{count:,} came back within {rounds[-1]['seconds']:.1f} s")
            storms.append({"jitter": jitter, **median_of(rounds)})
    return {"count": count, "missed": MISSED, "storms": storms}


def write_resume(measured: Measured) -> list[str]:
    rows = [
        [
            "all at once" if one["jitter"] == 0 else f"within {one['jitter']} s, by lot",
            f"**{one['seconds']:.1f}**",
            f"{one['caught_up_us']['p50'] / 1e6:.1f} / {one['caught_up_us']['p99'] / 1e6:.1f}",
            f"{one['refused']:,.0f} / {one['broken']:,.0f}",
            quantiles(one["ack_us"]),
            milliseconds(one["ack_us"]["max"]),
            quantiles(one["ack_before_us"]),
        ]
        for one in measured["storms"]
    ]
    head = (
        "they try again",
        "all caught up after s",
        "each p50 / p99 s",
        "sent away / broken off",
        "another's post acknowledged p50 / p99 ms",
        "longest",
        "before p50 / p99 ms",
    )
    return [
        f"## {measured['count']:,} come back at once",
        f"All are cut off with a reset, {measured['missed']} messages are posted, and they come back with their "
        "positions. Caught up is who has every message missed. Who is sent away tries again later, as the browser's "
        "client does. Meanwhile somebody else posts every 5 ms.",
        write_table(head, rows),
    ]


def judge_resume(measured: Measured) -> list[str]:
    worst = max(measured["storms"], key=lambda one: float(one["seconds"]))
    return [
        f"Resume: {measured['count']:,} cut at once were all caught up after {worst['seconds']:.1f} s, another's post "
        f"was acknowledged within {milliseconds(worst['ack_us']['p99'])} ms (p99) meanwhile"
    ]


CASE: Final = Case(
    name="resume",
    about="10,000 cut at once come back",
    measure=measure_resume,
    paragraphs=write_resume,
    verdicts=judge_resume,
)
