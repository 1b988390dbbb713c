"""Doing nothing: what connections cost in processor time, and in memory when people or channels are many."""

from __future__ import annotations

import time
from typing import Any, Final

from bench.case import Case, Measured, Run, write_table
from bench.cases.scene import Scene, set_scene
from bench.cases.town import Plan
from bench.processes import descriptors_of, memory_of, processor_seconds, wait_for_descriptors, wait_until_settled

WARM_UP_SHARE: Final = 0.05  # of the people: what all of them once took would be taken again for nothing
SPARE: Final = 8  # descriptors that may be opened once and kept
# A silent connection is pinged after so long; over as long again each is pinged once, so that this is in the figure.
PING_SECONDS: Final = 30
SETTINGS: Final = {"HUBBUB_WIRE__PING_SECONDS": str(PING_SECONDS)}
MANY_CHANNELS: Final = (100, 499)  # people, channels of each besides the common one


def measure_idle(run: Run) -> Measured:
    """Processor time of all connections idle; memory of many people, and of few in many channels."""
    quick = run.options.quick
    people = 300 if quick else run.options.connections
    with set_scene(run, Plan(people, home=0), folder="idle", settings=SETTINGS) as scene:
        idle = _measure_processor(run, scene, people, 2 if quick else PING_SECONDS)
    crowd = 200 if quick else 10_000
    with set_scene(run, Plan(crowd, home=0), folder="crowd") as scene:
        memory = [{"people": crowd, "channels": 1, **_measure_memory(run, scene, crowd)}]
    few, channels = (20, 19) if quick else MANY_CHANNELS
    with set_scene(run, Plan(few, home=0, channels=channels), folder="channels") as scene:
        memory.append({"people": few, "channels": channels + 1, **_measure_memory(run, scene, few)})
    return {"idle": idle, "memory": memory}


def _measure_processor(run: Run, scene: Scene, people: int, seconds: float) -> dict[str, float]:
    time.sleep(min(2.0, seconds))
    before = processor_seconds(scene.pid)
    time.sleep(seconds)
    alone = processor_seconds(scene.pid) - before
    scene.people.ask("open", 0, people, 64)
    time.sleep(seconds + 2)  # from now on pings come round
    before = processor_seconds(scene.pid)
    time.sleep(seconds)
    used = processor_seconds(scene.pid) - before
    run.tell(f"{people:,} idle connections: {used / seconds:.2%} of a core")
    return {"people": people, "seconds": seconds, "alone_seconds": round(alone, 3), "cpu_seconds": round(used, 3)}


def _measure_memory(run: Run, scene: Scene, people: int) -> dict[str, Any]:
    """Bytes over those of the same process with nobody there, after some came and went."""
    before = descriptors_of(scene.pid)
    scene.people.ask("open", 0, max(1, round(people * WARM_UP_SHARE)), 16)
    scene.people.ask("close")
    wait_for_descriptors(scene.pid, before + SPARE)
    wait_until_settled(scene.pid)
    zero = memory_of(scene.pid)
    half = people // 2
    scene.people.ask("open", 0, half, 16)
    wait_until_settled(scene.pid)
    middle = memory_of(scene.pid)
    scene.people.ask("open", half, people - half, 16)
    wait_until_settled(scene.pid)
    sizes = memory_of(scene.pid)
    each = {kind: round((sizes[kind] - zero[kind]) / people) for kind in sizes}
    later = {kind: round((sizes[kind] - middle[kind]) / (people - half)) for kind in sizes}
    run.tell(f"{people:,} people: {each['rss']:,} bytes each, {later['rss']:,} of the second half")
    return {"zero": zero, "sizes": sizes, "bytes_each": each, "bytes_each_later": later}


def write_idle(measured: Measured) -> list[str]:
    idle = measured["idle"]
    share = idle["cpu_seconds"] / idle["seconds"]
    rows = [
        [
            f"{one['people']:,}",
            f"{one['channels']:,}",
            f"**{one['bytes_each']['rss']:,}**",
            f"{one['bytes_each']['private_dirty']:,}",
            f"{one['bytes_each_later']['rss']:,}",
            f"{one['bytes_each_later']['rss'] / one['channels']:,.0f}",
        ]
        for one in measured["memory"]
    ]
    head = ("people", "channels of each", "resident bytes each", "private", "of the second half", "… a membership")
    return [
        "## Idling",
        f"{idle['people']:,} silent connections, each pinged every {PING_SECONDS} s, take **{share:.2%}** of a core "
        f"over {idle['seconds']:.0f} s (the process with nobody there: {idle['alone_seconds'] / idle['seconds']:.2%}).",
        "Memory of connected people, over the same process with nobody there; who is in many channels is in "
        "others than everybody else. What the first to come fill once (channels in use, the database's cache) is "
        "not in the figures of the second half:",
        write_table(head, rows),
    ]


CASE: Final = Case(
    name="idle", about="processor time and memory of the silent", measure=measure_idle, paragraphs=write_idle
)
