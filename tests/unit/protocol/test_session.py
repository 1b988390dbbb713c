"""Resuming: what a hello with positions leads to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hubbub.protocol.commands import Hello
from hubbub.protocol.session import plan_resumption
from hubbub.protocol.views import Heads, Membership

HEADS = Heads("epoch", 7, {"A": Membership(head=43, joined_seq=2, joined_user_seq=1)})


def resume(
    streams: dict[str, int], epoch: str | None = None, bound: int = 100, heads: Heads = HEADS
) -> tuple[object, ...]:
    plan = plan_resumption(Hello(streams=streams, epoch=epoch), "U", heads, bound)
    return plan.behind, plan.resets


def test_a_client_without_positions_starts_at_the_heads() -> None:
    plan = plan_resumption(Hello(), "U", HEADS, 100)
    assert (plan.heads, plan.behind, plan.resets) == ({"user:U": 7, "channel:A": 43}, {}, ())


def test_the_users_own_stream_comes_first() -> None:
    assert next(iter(plan_resumption(Hello(), "U", HEADS, 100).heads)) == "user:U"


def test_what_was_missed_is_sent_from_the_position_on() -> None:
    assert resume({"channel:A": 41, "user:U": 7}) == ({"channel:A": 41}, ())


def test_a_position_too_far_behind_is_reset() -> None:
    assert resume({"channel:A": 40}, bound=3) == ({"channel:A": 40}, ())
    assert resume({"channel:A": 39}, bound=3) == ({}, ("channel:A",))


def test_a_position_from_the_future_is_reset() -> None:
    assert resume({"channel:A": 44}) == ({}, ("channel:A",))


def test_positions_of_another_epoch_are_all_reset() -> None:
    assert resume({"channel:A": 41, "user:U": 1}, epoch="other") == ({}, ("channel:A", "user:U"))


def test_nothing_from_before_one_joined_is_sent() -> None:
    heads = Heads("epoch", 7, {"A": Membership(head=43, joined_seq=42, joined_user_seq=6)})
    assert resume({"channel:A": 10, "user:U": 5}, heads=heads) == ({"channel:A": 42, "user:U": 5}, ())


def test_a_position_from_before_one_joined_is_reset_when_nothing_tells_of_the_hole() -> None:
    heads = Heads("epoch", 7, {"A": Membership(head=43, joined_seq=42, joined_user_seq=6)})
    assert resume({"channel:A": 10}, heads=heads) == ({}, ("channel:A",))
    assert resume({"channel:A": 10, "user:U": 6}, heads=heads) == ({"user:U": 6}, ("channel:A",))
    assert resume({"channel:A": 42, "user:U": 7}, heads=heads) == ({"channel:A": 42}, ())


def test_a_channel_joined_while_away_starts_where_it_was_joined() -> None:
    heads = Heads("epoch", 7, {"A": Membership(head=43, joined_seq=40, joined_user_seq=6)})
    assert resume({"user:U": 5}, heads=heads) == ({"user:U": 5, "channel:A": 40}, ())
    assert resume({"user:U": 6}, heads=heads) == ({"user:U": 6}, ())


def test_a_channel_that_was_left_is_reset_only_if_the_client_cannot_learn_of_it() -> None:
    assert resume({"channel:B": 3}) == ({}, ("channel:B",))
    assert resume({"channel:B": 3, "user:U": 5}) == ({"user:U": 5}, ())


@given(
    st.dictionaries(st.sampled_from(["channel:A", "channel:B", "user:U", "user:X"]), st.integers(0, 60)),
    st.integers(1, 50),
)
def test_every_position_is_resumed_whole_or_reset(streams: dict[str, int], bound: int) -> None:
    plan = plan_resumption(Hello(streams=streams), "U", HEADS, bound)
    for name, after in plan.behind.items():
        assert name not in plan.resets
        assert 0 < plan.heads[name] - after <= bound
    for name, position in streams.items():
        known = name in plan.heads and position == plan.heads[name]
        gone = name not in plan.heads and "user:U" in streams
        assert known or gone or name in plan.behind or name in plan.resets
