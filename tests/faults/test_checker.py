"""The checker finds what it is there for: each of these histories has one wrong planted in it, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec
import pytest

from hubbub.protocol.events import (
    AnyEvent,
    ChannelCreated,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    UserView,
)
from hubbub.store.apply.redaction import make_blank
from tests.faults.harness.checker import check
from tests.faults.harness.evidence import Evidence
from tests.faults.harness.history import Answer, History, Kind, Operation, Visit

ROOM, ANA, BO = "room", "ana", "bo"
STREAM = f"channel:{ROOM}"


def post(seq: int, number: int, author: str = ANA, at: int = 0) -> MessagePosted:
    key = f"{author}-{number}"
    return MessagePosted(seq=seq, at=at or seq, channel=ROOM, number=number, author=author, text=f"{key} hi", key=key)


def joined(seq: int, user: str) -> MemberJoined:
    return MemberJoined(seq=seq, at=seq, channel=ROOM, by=user, user=UserView(id=user, name=user))


def left(seq: int, user: str) -> MemberLeft:
    return MemberLeft(seq=seq, at=seq, channel=ROOM, by=user, user=UserView(id=user, name=user))


@dataclass(slots=True)
class Story:
    """Ana and Bo in a room; Ana posts three times, edits, deletes, reacts; Bo listens in two visits. All is well."""

    log: list[AnyEvent] = field(default_factory=list)
    history: History = field(default_factory=History)
    unverified: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        gone = post(6, 3)
        self.log = [
            ChannelCreated(seq=1, at=1, channel=ROOM, by=ANA, name=ROOM),
            joined(2, ANA),
            joined(3, BO),
            post(4, 1),
            post(5, 2),
            make_blank(gone),
            MessageEdited(seq=7, at=7, channel=ROOM, number=1, by=ANA, text="edited"),
            ReactionAdded(seq=8, at=8, channel=ROOM, number=2, by=ANA, emoji="👍"),
            MessageDeleted(seq=9, at=9, channel=ROOM, number=3, by=ANA),
        ]
        self.history.before[ROOM] = 3
        self.history.operations = [
            self.done(Kind.POST, 1.0, 4, 1, key="ana-1", text="ana-1 hi"),
            self.done(Kind.POST, 2.0, 5, 2, key="ana-2", text="ana-2 hi"),
            self.done(Kind.POST, 3.0, 6, 3, key="ana-3", text="ana-3 hi"),
            self.done(Kind.EDIT, 4.0, 7, 1, number=1, text="edited"),
            self.done(Kind.REACT, 5.0, 8, 2, number=2, emoji="👍"),
            self.done(Kind.DELETE, 6.0, 9, 3, number=3),
        ]
        self.history.visits = [
            Visit(BO, 1, 0.5, {STREAM: 3}, {STREAM: 3}, [self.log[3], self.log[4], gone]),
            Visit(BO, 2, 3.5, {STREAM: 6}, {STREAM: 6}, self.log[6:]),
        ]

    def done(self, kind: Kind, began: float, seq: int, answered: int, **what: object) -> Operation:
        answer = Answer(began + 0.5, seq, answered)
        return Operation(ANA, kind, ROOM, began, sent=1, answers=[answer], **what)  # type: ignore[arg-type]

    def wrongs(self) -> dict[str, tuple[str, ...]]:
        """What is found, by invariant."""
        verdicts = check(Evidence(self.history, {ROOM: self.log}, self.unverified))
        return {verdict.name: verdict.problems for verdict in verdicts if not verdict.ok}

    def answer(self, operation: int, answer: Answer) -> None:
        self.history.operations[operation].answers = [answer]

    def number_again(self) -> None:
        """Seqs without a gap again, as a log that lost something would show them."""
        self.log = [msgspec.structs.replace(event, seq=seq) for seq, event in enumerate(self.log, 1)]


def test_nothing_is_found_where_all_is_well() -> None:
    assert Story().wrongs() == {}


def lose_a_post(story: Story) -> None:
    del story.log[4]
    story.number_again()


def lose_the_newest(story: Story) -> None:
    del story.log[-1]


def lose_an_edit(story: Story) -> None:
    del story.log[6]
    story.number_again()


def tear_a_post(story: Story) -> None:
    story.log[4] = msgspec.structs.replace(post(5, 2), text="ana-2")
    story.history.visits[0].heard[1] = story.log[4]


def blank_without_deletion(story: Story) -> None:
    story.log[4] = make_blank(post(5, 2))


def store_a_post_twice(story: Story) -> None:
    story.log.append(msgspec.structs.replace(post(10, 4), key="ana-2", text="ana-2 hi"))


def store_a_text_twice(story: Story) -> None:
    story.log.append(msgspec.structs.replace(post(10, 4), text="ana-2 hi"))
    story.history.operations.append(Operation(ANA, Kind.POST, ROOM, 7.0, key="ana-4", text="ana-2 hi", sent=1))


def answer_a_repetition_otherwise(story: Story) -> None:
    story.log.append(post(10, 4))
    story.history.operations[0].answers.append(Answer(8.0, 10, 4))
    story.history.operations[0].sent += 1


def give_one_place_to_two(story: Story) -> None:
    story.answer(1, Answer(2.5, 4, 1))


def turn_two_round_for_a_reader(story: Story) -> None:
    first, second, *_ = story.history.visits[0].heard
    story.history.visits[0].heard[:2] = [
        msgspec.structs.replace(second, seq=first.seq),
        msgspec.structs.replace(first, seq=second.seq),
    ]


def tell_a_reader_something_else(story: Story) -> None:
    story.history.visits[0].heard[0] = msgspec.structs.replace(post(4, 1), text="ana-1 ho")


def put_a_later_post_first(story: Story) -> None:
    story.history.operations[0].began = 2.7


def skip_a_seq(story: Story) -> None:
    story.log = [*story.log[:-1], msgspec.structs.replace(story.log[-1], seq=10)]


def skip_a_number(story: Story) -> None:
    story.log.append(post(10, 5))
    story.history.operations.append(Operation(ANA, Kind.POST, ROOM, 7.0, key="ana-5", text="ana-5 hi", sent=1))


def skip_one_for_a_reader(story: Story) -> None:
    del story.history.visits[0].heard[1]


def skip_one_between_visits(story: Story) -> None:
    del story.history.visits[1].heard[0]


def begin_at_the_head_for_who_joined_before(story: Story) -> None:
    story.history.visits.append(Visit(BO, 2, 3.5, {"user:bo": 0}, {STREAM: 5}, story.log[5:]))


def repeat_one_for_a_reader(story: Story) -> None:
    story.history.visits[1].heard.insert(0, story.log[5])


def store_what_nobody_asked(story: Story) -> None:
    story.log.append(post(10, 4))


def store_what_was_refused(story: Story) -> None:
    story.log.append(post(10, 4))
    refused = Answer(8.0, code="not_a_member")
    story.history.operations.append(
        Operation(ANA, Kind.POST, ROOM, 7.0, key="ana-4", text="ana-4 hi", sent=1, answers=[refused])
    )


def delete_what_nobody_asked(story: Story) -> None:
    story.log.append(MessageDeleted(seq=10, at=10, channel=ROOM, number=2, by=BO))


def store_half_of_an_unanswered_post(story: Story) -> None:
    story.log.append(msgspec.structs.replace(post(10, 4), text="ana-4"))
    story.history.operations.append(Operation(ANA, Kind.POST, ROOM, 7.0, key="ana-4", text="ana-4 hi", sent=1))


def find_tables_unlike_the_log(story: Story) -> None:
    story.unverified.append("channel:room: line 4 is …")


def let_the_removed_listen(story: Story) -> None:
    story.log.append(left(10, BO))
    story.log.append(post(11, 4))
    story.history.operations += [
        Operation(BO, Kind.LEAVE, ROOM, 7.0, sent=1, answers=[Answer(7.5, 10)]),
        story.done(Kind.POST, 8.0, 11, 4, key="ana-4", text="ana-4 hi"),
    ]
    story.history.visits[1].heard += story.log[9:]


def let_a_stranger_listen(story: Story) -> None:
    story.history.visits.append(Visit("cy", 2, 1.0, {STREAM: 3}, {STREAM: 3}, [story.log[3]]))


def tell_what_was_deleted(story: Story) -> None:
    story.history.visits.append(Visit(ANA, 2, 7.0, {STREAM: 5}, {STREAM: 9}, [post(6, 3), *story.log[6:]]))


def turn_the_time_back(story: Story) -> None:
    story.log[4] = post(5, 2, at=3)
    story.history.visits[0].heard[1] = story.log[4]


def end_a_session(story: Story) -> None:
    story.history.complaints.append("ana's session ended though nobody ended it")


def differ_from_a_fresh_fetch(story: Story) -> None:
    story.history.differences.append("bo: their own stream is at 1, afresh it is at 2")


@pytest.mark.parametrize(
    ("plant", "invariant"),
    [
        (lose_a_post, "Nothing acknowledged is lost"),
        (lose_the_newest, "Nothing acknowledged is lost"),
        (lose_an_edit, "Nothing acknowledged is lost"),
        (tear_a_post, "Nothing acknowledged is lost"),
        (blank_without_deletion, "Nothing acknowledged is lost"),
        (store_a_post_twice, "Nothing is there twice"),
        (store_a_text_twice, "Nothing is there twice"),
        (answer_a_repetition_otherwise, "Nothing is there twice"),
        (give_one_place_to_two, "Nothing is there twice"),
        (turn_two_round_for_a_reader, "All hear one order"),
        (tell_a_reader_something_else, "All hear one order"),
        (put_a_later_post_first, "All hear one order"),
        (skip_a_seq, "There are no gaps"),
        (skip_a_number, "There are no gaps"),
        (skip_one_for_a_reader, "There are no gaps"),
        (skip_one_between_visits, "There are no gaps"),
        (begin_at_the_head_for_who_joined_before, "There are no gaps"),
        (repeat_one_for_a_reader, "There are no gaps"),
        (differ_from_a_fresh_fetch, "Resumed is as good as fresh"),
        (store_what_nobody_asked, "Wholly there or not at all"),
        (store_what_was_refused, "Wholly there or not at all"),
        (delete_what_nobody_asked, "Wholly there or not at all"),
        (store_half_of_an_unanswered_post, "Wholly there or not at all"),
        (find_tables_unlike_the_log, "Wholly there or not at all"),
        (let_the_removed_listen, "Who is out hears nothing"),
        (let_a_stranger_listen, "Who is out hears nothing"),
        (tell_what_was_deleted, "What was deleted stays deleted"),
        (turn_the_time_back, "Time does not run backwards"),
        (end_a_session, "The server comes back"),
    ],
)
def test_a_planted_wrong_is_found(plant: Callable[[Story], None], invariant: str) -> None:
    story = Story()
    plant(story)
    assert invariant in story.wrongs()


def test_what_nobody_was_told_may_be_there_or_not() -> None:
    story = Story()
    unanswered = Operation(ANA, Kind.POST, ROOM, 7.0, key="ana-4", text="ana-4 hi", sent=1)
    story.history.operations.append(unanswered)
    assert story.wrongs() == {}
    story.log.append(post(10, 4))
    assert story.wrongs() == {}


def test_time_may_run_backwards_between_two_lives() -> None:
    story = Story()
    story.log[6] = msgspec.structs.replace(story.log[6], at=2)
    story.history.visits[1].heard[0] = story.log[6]
    assert story.wrongs() == {}


def test_who_comes_back_hears_what_follows_the_joining() -> None:
    story = Story()
    more: list[AnyEvent] = [left(10, BO), post(11, 4), joined(12, BO), post(13, 5)]
    story.log += more
    story.history.operations += [
        replace(story.done(Kind.LEAVE, 7.0, 10, 0), person=BO),
        story.done(Kind.POST, 8.0, 11, 4, key="ana-4", text="ana-4 hi"),
        replace(story.done(Kind.JOIN, 9.0, 12, 0), person=BO),
        story.done(Kind.POST, 10.0, 13, 5, key="ana-5", text="ana-5 hi"),
    ]
    story.history.visits[1].heard += [more[0], more[3]]
    assert story.wrongs() == {}
