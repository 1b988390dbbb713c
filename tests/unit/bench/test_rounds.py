"""Rounds: whose turn it is, the ratios between servers, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from bench.channels import LARGE, SMALL, Spread, seats_of
from bench.fanout import TARGETS
from bench.rounds import in_turn, summarise
from bench.turns import judge, write_failed, write_rounds

QUANTILES = {"p50": 1000.0, "p90": 2000.0, "p99": 3000.0, "max": 4000.0}


def a_round(number: int, server: str, outstanding: int, rate: float, idle: float = 0.5) -> dict[str, Any]:
    return {
        "round": number,
        "server": server,
        "outstanding": outstanding,
        "seconds": 2.0,
        "messages": 10,
        "deliveries": int(rate * 2),
        "deliveries_per_second": rate,
        "bytes": int(rate * 200),
        "server_cpu_us_per_delivery": 1.5,
        "generator_idle_share": idle,
        "latency_each_us": QUANTILES,
        "latency_last_us": QUANTILES,
        "latency_ack_us": {**QUANTILES, "p50": 0.0},
    }


def some_rounds(ours: list[float], theirs: list[float], idle: float = 0.5) -> list[dict[str, Any]]:
    rounds = [
        a_round(number, server, outstanding, rate, idle)
        for outstanding in (1, 64)
        for server, rates in (("gorilla", theirs), ("hubbub", ours))
        for number, rate in enumerate(rates, 1)
    ]
    return rounds[::-1]  # a result file holds them in the order they were measured, which changes


def test_every_server_goes_first_once() -> None:
    names = ["a", "b", "c"]
    orders = [in_turn(names, number) for number in range(3)]
    assert {order[0] for order in orders} == set(names)
    assert all(sorted(order) == names for order in orders)


def test_neighbours_go_after_each_other_and_before() -> None:
    assert in_turn(["a", "b"], 0) == ["a", "b"]
    assert in_turn(["a", "b", "c"], 1) == ["b", "a", "c"]


def test_a_ratio_is_that_of_one_round_and_the_median_is_of_ratios() -> None:
    one = summarise(some_rounds([100.0, 300.0, 500.0], [100.0, 100.0, 1000.0]))[0]
    assert one["ratios"] == {"gorilla": {"rounds": [1.0, 3.0, 0.5], "median": 1.0}}
    assert one["servers"]["hubbub"]["deliveries_per_second"] == 300


def test_a_peer_that_fell_out_is_compared_in_the_rounds_it_has() -> None:
    rounds = [
        one for one in some_rounds([100.0, 300.0], [50.0, 1.0]) if (one["server"], one["round"]) != ("gorilla", 2)
    ]
    assert summarise(rounds)[0]["ratios"] == {"gorilla": {"rounds": [2.0], "median": 2.0}}
    assert write_failed({"failed": {"gorilla": "it closed"}}) == [
        "Go, gorilla's chat shape (nothing stored) fell out of the rounds: it closed"
    ]


@pytest.mark.parametrize(("ours", "word"), [(100.0, "1.00 times Go, gorilla hub, 1.0 reached"), (99.0, "MISSED")])
def test_a_target_is_reached_or_missed(ours: float, word: str) -> None:
    one = summarise(some_rounds([ours], [100.0]))[0]
    (line,) = judge(one, "Fan-out", TARGETS)
    assert word in line


def test_a_target_for_a_peer_that_was_not_measured_is_silent() -> None:
    one = summarise([a_round(1, "hubbub", outstanding, 100.0) for outstanding in (1, 64)])[0]
    assert judge(one, "Fan-out", TARGETS) == []
    assert one["ratios"] == {}


@pytest.mark.parametrize(("idle", "told"), [(0.5, False), (0.01, True)])
def test_a_generator_without_time_to_spare_is_told_of(idle: float, told: bool) -> None:
    one = summarise(some_rounds([100.0], [100.0], idle))[0]
    assert any("may have been the limit" in part for part in write_rounds(one, "Fan-out")) is told


@pytest.mark.parametrize("spread", [LARGE, SMALL])
def test_every_channel_has_as_many_members_as_everybody_has_channels(spread: Spread) -> None:
    seats = seats_of(spread)
    members = [0] * spread.people
    for one in seats:
        assert len(set(one)) == spread.each
        for channel in one:
            members[channel] += 1
    assert set(members) == {spread.each}
