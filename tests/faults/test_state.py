"""What somebody knows from events alone is what they are told when they fetch afresh; where it is not, it is found."""

from __future__ import annotations

import msgspec
import pytest

from hubbub.domain.roles import Role
from hubbub.protocol.events import (
    AnyEvent,
    ChannelSummary,
    MembershipStarted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Reaction,
    ReactionAdded,
)
from hubbub.protocol.replies import Me, Snapshot
from tests.faults.harness.state import State, differences
from tests.support.store_world import LIMITS

ROOM, ANA, BO = "room", "ana", "bo"


def post(seq: int, number: int) -> MessagePosted:
    return MessagePosted(seq=seq, at=seq, channel=ROOM, number=number, author=ANA, text="hi", key=f"key-{number}")


EVENTS: tuple[AnyEvent, ...] = (
    post(4, 1),
    post(5, 2),
    post(6, 3),
    MessageEdited(seq=7, at=7, channel=ROOM, number=1, by=ANA, text="edited"),
    ReactionAdded(seq=8, at=8, channel=ROOM, number=2, by=ANA, emoji="👍"),
    MessageDeleted(seq=9, at=9, channel=ROOM, number=3, by=ANA),
)


def summary(seq: int, number: int) -> ChannelSummary:
    return ChannelSummary(
        id=ROOM,
        name=ROOM,
        created_by=ANA,
        created_at=1,
        seq=seq,
        number=number,
        members=2,
        position=number,
        position_seq=seq,
    )


def snapshot(channel: ChannelSummary, seq: int = 1) -> Snapshot:
    return Snapshot(
        epoch="e",
        user=Me(id=BO, name=BO, role=Role.MEMBER),
        seq=seq,
        channels=[channel],
        limits=LIMITS,
    )


@pytest.fixture
def state() -> State:
    """Bo's, from the joining on, with everything that happened then."""
    state = State(BO)
    state.load(snapshot(summary(2, 0), seq=0))
    state.apply(MembershipStarted(seq=1, at=3, user=BO, channel=summary(3, 0), channel_seq=3))
    for event in EVENTS:
        state.apply(event)
    return state


def fresh(state: State) -> tuple[Snapshot, dict[str, dict[int, MessagePosted]]]:
    told = {
        1: msgspec.structs.replace(post(4, 1), text="edited", edited_at=7),
        2: msgspec.structs.replace(post(5, 2), reactions=[Reaction(emoji="👍", users=[ANA])]),
        3: MessagePosted(seq=6, at=6, channel=ROOM, number=3, author=ANA, deleted=True),
    }
    return snapshot(state.replica.channels[ROOM]), {ROOM: told}


def test_a_state_from_events_is_the_one_that_is_fetched(state: State) -> None:
    assert differences(state, *fresh(state)) == []
    assert state.positions == {"user:bo": 1, f"channel:{ROOM}": 9}


@pytest.mark.parametrize(
    "change",
    [
        {"unread": [2]},
        {"number": 4},
        {"seq": 10},
        {"members": 3},
        {"position": 1},
    ],
)
def test_a_channel_that_differs_is_found(state: State, change: dict[str, object]) -> None:
    told, messages = fresh(state)
    other = msgspec.structs.replace(told.channels[0], **change)
    assert len(differences(state, msgspec.structs.replace(told, channels=[other]), messages)) == 1


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_message_that_differs_is_found(state: State, number: int) -> None:
    told, messages = fresh(state)
    messages[ROOM][number] = post(number + 3, number)
    assert len(differences(state, told, messages)) == 1


def test_a_gap_is_not_applied(state: State) -> None:
    with pytest.raises(AssertionError):
        state.apply(post(11, 4))
