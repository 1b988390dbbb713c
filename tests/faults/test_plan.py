"""A plan follows from its seed, and holds as much of everything as was asked for."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.faults.harness.plan import BESIDE, KILLS_OF, NEED_DISK, Blow, Scale, make_plan

SCALES = st.builds(Scale, posts=st.integers(1, 10_000), kills=st.integers(1, 60), troubles=st.integers(1, 200))
KILLS = (Blow.KILL, Blow.KILL_STARTING, Blow.KILL_PAUSED, Blow.KILL_FULL)


@given(seed=st.integers(), scale=SCALES, disk=st.booleans())
def test_the_same_seed_gives_the_same_plan(seed: int, scale: Scale, disk: bool) -> None:
    assert make_plan(seed, scale, disk=disk) == make_plan(seed, scale, disk=disk)


@given(seed=st.integers(), scale=SCALES, disk=st.booleans())
def test_a_plan_has_what_was_asked_for_in_order(seed: int, scale: Scale, disk: bool) -> None:
    plan = make_plan(seed, scale, disk=disk)
    blows = [strike.blow for strike in plan.strikes]
    assert sum(KILLS_OF.get(blow, 1) for blow in blows if blow in KILLS) == scale.kills
    assert set(BESIDE) | {Blow.REST} <= set(blows) | (set() if disk else NEED_DISK)
    assert disk or not NEED_DISK & set(blows)
    assert len(plan.mishaps) == scale.troubles
    for places in ([strike.after for strike in plan.strikes], [mishap.after for mishap in plan.mishaps]):
        assert all(before <= after for before, after in pairwise(places))
        assert places[-1] <= scale.posts


def test_another_seed_gives_another_plan() -> None:
    scale = Scale(posts=1000, kills=5, troubles=30)
    assert make_plan(1, scale, disk=True) != make_plan(2, scale, disk=True)
