"""Fan-out: one poster, many members, both servers alive side by side and measured in turns."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from typing import TypeAlias

from bench.processes import SERVER_CORE, busy_seconds, processor_seconds
from bench.servers import Running

OUTSTANDING = (1, 64)

Round: TypeAlias = dict[str, object]
Tell: TypeAlias = Callable[[str], None]


def measure_fanout(
    servers: Sequence[Running], *, members: int, rounds: int, warmup: float, seconds: float, tell: Tell
) -> dict[str, object]:
    """`rounds` times each server with each number of messages outstanding; who goes first changes each round."""
    for running in servers:
        tell(f"{running.name}: opening {members} connections")
        running.load.ask("open", members)
    measured: list[Round] = []
    for number in range(rounds):
        for outstanding in OUTSTANDING:
            for running in servers if number % 2 == 0 else reversed(servers):
                result = _measure_once(running, outstanding, warmup, seconds)
                measured.append({"round": number + 1, "server": running.name, **result})
                tell(
                    f"round {number + 1} of {rounds}, {running.name}, {outstanding} outstanding:"
                    f" {result['deliveries_per_second']:,.0f} deliveries/s"
                )
    return {"members": members, "rounds": measured, "summary": summarise(measured)}


def _measure_once(running: Running, outstanding: int, warmup: float, seconds: float) -> dict[str, float]:
    busy, own = busy_seconds(SERVER_CORE), processor_seconds(running.pid)
    result = running.load.ask("fanout", outstanding, warmup, seconds)
    others = (busy_seconds(SERVER_CORE) - busy) - (processor_seconds(running.pid) - own)
    return {**result, "others_share_of_core": round(max(0.0, others) / (warmup + seconds), 3)}


def summarise(measured: Sequence[Round]) -> list[dict[str, object]]:
    """For each number outstanding: each server's medians, and the median of the rounds' ratios."""
    return [_summarise_one([one for one in measured if one["outstanding"] == count]) for count in OUTSTANDING]


def _summarise_one(measured: Sequence[Round]) -> dict[str, object]:
    names = sorted({str(one["server"]) for one in measured}, reverse=True)
    by_name = {name: [one for one in measured if one["server"] == name] for name in names}
    summary: dict[str, object] = {"outstanding": measured[0]["outstanding"]}
    for name, rounds in by_name.items():
        rates = [_number(one, "deliveries_per_second") for one in rounds]
        summary[name] = {
            "deliveries_per_second": round(statistics.median(rates)),
            "lowest": round(min(rates)),
            "highest": round(max(rates)),
            "bytes_per_delivery": round(_median(rounds, "bytes") / _median(rounds, "deliveries"), 1),
            "server_cpu_us_per_delivery": round(_median(rounds, "server_cpu_us_per_delivery"), 3),
            **{
                f"latency_{kind}_us": _median_quantiles(rounds, f"latency_{kind}_us")
                for kind in ("each", "last", "ack")
            },
        }
    if len(names) == 2:
        ours, theirs = (by_name[name] for name in ("hubbub", "gorilla"))
        ratios = [
            _number(one, "deliveries_per_second") / _number(other, "deliveries_per_second")
            for one, other in zip(ours, theirs, strict=True)
        ]
        summary["ratio"] = round(statistics.median(ratios), 2)
        summary["ratios"] = [round(ratio, 2) for ratio in ratios]
    return summary


def _number(values: Round, name: str) -> float:
    value = values[name]
    assert isinstance(value, int | float)
    return float(value)


def _median(rounds: Sequence[Round], name: str) -> float:
    return statistics.median(_number(one, name) for one in rounds)


def _median_quantiles(rounds: Sequence[Round], name: str) -> dict[str, float]:
    found = [values for one in rounds if isinstance(values := one[name], dict)]
    return {key: round(statistics.median(one[key] for one in found), 1) for key in found[0]}
