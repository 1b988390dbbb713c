"""What a person wants to do next: chosen by their own random numbers, from what they know."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.faults.harness.history import Kind, Operation
from tests.faults.harness.state import State

WEIGHTS: Final = {
    Kind.POST: 80,
    Kind.EDIT: 4,
    Kind.DELETE: 2,
    Kind.REACT: 5,
    Kind.UNREACT: 2,
    Kind.READ: 3,
    Kind.LEAVE: 1,
    Kind.JOIN: 3,
}
# The one who looks after the channels takes people out and puts them in, and never leaves.
KEEPER_WEIGHTS: Final = {**WEIGHTS, Kind.LEAVE: 0, Kind.JOIN: 0, Kind.REMOVE: 3, Kind.ADD: 6}
EMOJI: Final = ("👍", "🎉", "🚀", "😀", "❤️")
MOST_AT_ONCE: Final = 6
AGAIN: Final = 0.03  # of the posts are sent once more though they were acknowledged
FILLER: Final = "All work and no play makes a long message. 长消息。"
SHOUT: Final = 8000
IDEOGRAPHS: Final = range(0x4E00, 0x9FA6)


@dataclass(slots=True)
class Wishes:
    """`channels`: those one may leave and be taken out of; `others`: who may be taken out, by the keeper.

    `shouting` posts that many long messages next."""

    name: str
    rng: random.Random
    home: str
    channels: tuple[str, ...]
    others: tuple[str, ...] = ()
    posts_at_once: int = MOST_AT_ONCE
    shouting: int = 0
    out: set[str] = field(default_factory=set)
    made: int = 0
    mine: deque[Operation] = field(default_factory=lambda: deque(maxlen=60))

    def choose(self, state: State) -> Iterator[Operation]:
        """One to MOST_AT_ONCE operations, to be sent together."""
        for _ in range(self.rng.randint(1, self.posts_at_once)):
            operation = self._choose_one(state)
            if operation is not None:
                yield operation

    def pause(self) -> float:
        """Seconds to think."""
        return self.rng.random() * 0.01

    def done(self, operation: Operation) -> None:
        if operation.kind is Kind.POST:
            self.mine.append(operation)

    def came_in(self, channel: str) -> None:
        self.out.discard(channel)

    def went_out(self, channel: str) -> None:
        self.out.add(channel)

    def _choose_one(self, state: State) -> Operation | None:
        weights = KEEPER_WEIGHTS if self.others else WEIGHTS
        kind = self.rng.choices(list(weights), list(weights.values()))[0]
        match Kind.POST if self.shouting else kind:
            case Kind.POST:
                return self._post()
            case Kind.EDIT | Kind.DELETE as change:
                return self._change_own(change)
            case Kind.REACT | Kind.UNREACT | Kind.READ as change:
                return self._about_any(change, state)
            case change:
                return self._move(change)

    def _in(self) -> list[str]:
        return [self.home, *(channel for channel in self.channels if channel not in self.out)]

    def _post(self) -> Operation:
        if self.mine and self.rng.random() < AGAIN and not self.shouting:
            return self.rng.choice(self.mine)
        self.made += 1
        key = f"{self.name}-{self.made}"
        text = key + " " + FILLER * self.rng.choice([0, 0, 0, 1, 4, 20])
        if self.shouting:
            self.shouting -= 1
            # Of many different characters, so that no compression makes it small.
            text = key + " " + "".join(map(chr, self.rng.choices(IDEOGRAPHS, k=SHOUT)))
        channel = self.home if self.shouting else self.rng.choice(self._in())
        return Operation("", Kind.POST, channel, 0.0, key=key, text=text.rstrip())

    def _change_own(self, kind: Kind) -> Operation | None:
        if not self.mine:
            return None
        post = self.rng.choice(self.mine)
        number = post.accepted.number if post.accepted else None
        self.made += 1
        text = f"{post.key} edited {self.made}" if kind is Kind.EDIT else ""
        return Operation("", kind, post.channel, 0.0, number=number or 0, text=text)

    def _about_any(self, kind: Kind, state: State) -> Operation | None:
        channel = self.rng.choice(self._in())
        window = state.windows.get(channel)
        if not window:
            return None
        number = self.rng.choice(list(window))
        emoji = "" if kind is Kind.READ else self.rng.choice(EMOJI)
        return Operation("", kind, channel, 0.0, number=number, emoji=emoji)

    def _move(self, kind: Kind) -> Operation | None:
        channel = self.rng.choice(self.channels)
        if (kind is Kind.JOIN) != (channel in self.out) and kind in (Kind.JOIN, Kind.LEAVE):
            return None
        user = self.rng.choice(self.others) if self.others else ""
        return Operation("", kind, channel, 0.0, user=user)


def command_of(operation: Operation) -> dict[str, Any]:
    """The operation as the protocol's command, without its id."""
    command: dict[str, Any] = {"type": operation.kind.value, "channel": operation.channel}
    match operation.kind:
        case Kind.POST:
            return command | {"text": operation.text, "key": operation.key}
        case Kind.EDIT:
            return command | {"number": operation.number, "text": operation.text}
        case Kind.DELETE | Kind.READ:
            return command | {"number": operation.number}
        case Kind.REACT | Kind.UNREACT:
            return command | {"number": operation.number, "emoji": operation.emoji}
        case Kind.ADD | Kind.REMOVE:
            return command | {"user": operation.user}
        case _:
            return command
