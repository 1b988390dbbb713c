"""Several servers, all up, measured in turns: deliveries, and the ratios between them round by round."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from bench.build import BenchError
from bench.case import Measured, Options, Tell
from bench.processes import SERVER_CORE, busy_seconds, processor_seconds
from bench.servers import Running, Stage, servers_of, start_server

Round: TypeAlias = dict[str, Measured]
Item = TypeVar("Item")

OUTSTANDING = (1, 64)


@dataclass(slots=True)
class Field:
    """The servers that take part. A peer that fails is out, and what was said is kept; Hubbub's failing ends all."""

    running: list[Running]
    failed: dict[str, str]

    @contextlib.contextmanager
    def watch(self, running: Running, tell: Tell) -> Iterator[None]:
        try:
            yield
        except BenchError as error:
            if running.name == "hubbub":
                raise
            self.running.remove(running)
            self.failed[running.name] = str(error)
            tell(f"{running.name} is out: {error}")


@contextlib.contextmanager
def all_servers(stage: Stage, tell: Tell) -> Iterator[Field]:
    """Hubbub and every peer, each with all members connected."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(start_server(stage, name)) for name in servers_of(stage.programs)]
        field = Field(list(servers), {})
        for running in servers:
            tell(f"{running.name}: opening {stage.members} connections")
            with field.watch(running, tell):
                running.load.ask("open", stage.members)
        yield field


def measure_rounds(field: Field, options: Options, tell: Tell) -> dict[str, Measured]:
    """Each server with each number of messages outstanding, `options.rounds` times."""
    measured: list[Round] = []
    for number in range(options.rounds):
        for outstanding in OUTSTANDING:
            for running in in_turn(field.running, number):
                with field.watch(running, tell):
                    result = _measure_once(running, outstanding, options)
                    measured.append({"round": number + 1, "server": running.name, **result})
                    tell(
                        f"round {number + 1} of {options.rounds}, {running.name}, {outstanding} outstanding:"
                        f" {result['deliveries_per_second']:,.0f} deliveries/s"
                    )
    return {"rounds": measured, "summary": summarise(measured), "failed": field.failed}


def in_turn(items: Sequence[Item], number: int) -> list[Item]:
    """The order of a round: each begins in its turn, and every other round goes backwards from there."""
    way = 1 if number % 2 == 0 else -1
    return [items[(number + way * step) % len(items)] for step in range(len(items))]


def _measure_once(running: Running, outstanding: int, options: Options) -> dict[str, float]:
    began, busy, own = time.monotonic(), busy_seconds(SERVER_CORE), processor_seconds(running.pid)
    result = running.load.ask("fanout", outstanding, options.warmup, options.seconds)
    others = (busy_seconds(SERVER_CORE) - busy) - (processor_seconds(running.pid) - own)
    return {**result, "others_share_of_core": round(max(0.0, others) / (time.monotonic() - began), 3)}


def summarise(measured: Sequence[Round]) -> list[dict[str, Measured]]:
    """For each number outstanding: each server's medians, and Hubbub's ratio to each other server."""
    return [_summarise_one([one for one in measured if one["outstanding"] == count]) for count in OUTSTANDING]


def _summarise_one(measured: Sequence[Round]) -> dict[str, Measured]:
    by_name: dict[str, list[Round]] = {}
    for one in sorted(measured, key=lambda one: int(one["round"])):
        by_name.setdefault(one["server"], []).append(one)
    return {
        "outstanding": measured[0]["outstanding"],
        "servers": {name: _summarise_server(rounds) for name, rounds in by_name.items()},
        "ratios": {name: _compare(by_name["hubbub"], rounds) for name, rounds in by_name.items() if name != "hubbub"},
    }


def _summarise_server(rounds: Sequence[Round]) -> dict[str, Measured]:
    rates = [one["deliveries_per_second"] for one in rounds]
    return {
        "deliveries_per_second": round(statistics.median(rates)),
        "lowest": round(min(rates)),
        "highest": round(max(rates)),
        "messages_per_second": round(statistics.median(one["messages"] / one["seconds"] for one in rounds), 1),
        "bytes_per_delivery": round(statistics.median(one["bytes"] / max(1, one["deliveries"]) for one in rounds), 1),
        "server_cpu_seconds_per_million": round(
            statistics.median(one["server_cpu_us_per_delivery"] for one in rounds), 3
        ),
        "generator_idle_share": round(min(one["generator_idle_share"] for one in rounds), 3),
        **{
            f"latency_{kind}_us": _median_quantiles([one[f"latency_{kind}_us"] for one in rounds])
            for kind in ("each", "last", "ack")
        },
    }


def _compare(ours: Sequence[Round], theirs: Sequence[Round]) -> dict[str, Measured]:
    """Of the rounds that both have."""
    rates = {one["round"]: one["deliveries_per_second"] for one in ours}
    ratios = [rates[other["round"]] / max(1.0, other["deliveries_per_second"]) for other in theirs]
    return {"rounds": [round(ratio, 2) for ratio in ratios], "median": round(statistics.median(ratios), 2)}


def _median_quantiles(found: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(one[key] for one in found), 1) for key in found[0]}
