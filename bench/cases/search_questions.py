"""What is searched for, by kinds, drawn from the texts that are there: the same questions every time."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from bench.corpus import CHINESE, ENGLISH, make_texts

Question: TypeAlias = dict[str, str]
"""Parameters of /api/search; with `PAGES_ON` the second page is meant."""

PAGES_ON: Final = "page"
SAMPLE: Final = 20_000  # texts that are looked through
_LATIN: Final = re.compile("[a-z]+")
_HAN: Final = re.compile("[\u4e00-\u9fff]+")


def draw_questions(messages: int, people: int, rooms: int, each: int) -> dict[str, list[Question]]:
    """`each` questions of every kind, for a company of so many messages, people and rooms."""
    drawing = _Drawing(messages, people, rooms)
    kinds: dict[str, Callable[[], Question]] = {
        "a common English word": lambda: {"q": drawing.common()},
        "… newest first": lambda: {"q": drawing.common(), "order": "newest"},
        "… the second page": lambda: {"q": drawing.common(), PAGES_ON: "2"},
        "a rare word": lambda: {"q": drawing.rare()},
        "three words": lambda: {"q": drawing.together()},
        "a beginning (abc*)": lambda: {"q": f"{drawing.rare()[:3]}*"},
        "one Chinese character": lambda: {"q": drawing.character()},
        "a common Chinese word": lambda: {"q": drawing.lot.choice(CHINESE)},
        "a Chinese phrase": lambda: {"q": drawing.phrase()},
        "a word from: in: after:": lambda: {"q": f"{drawing.common()} {drawing.operators()}"},
        "from: in: after: alone": lambda: {"q": drawing.operators()},
        "nothing found": lambda: {"q": drawing.nonsense()},
        "a word misspelt": lambda: {"q": drawing.misspelt()},
    }
    return {kind: [draw() for _ in range(each)] for kind, draw in kinds.items()}


class _Drawing:
    def __init__(self, messages: int, people: int, rooms: int) -> None:
        self.lot = random.Random(7)
        self._people = people
        self._rooms = rooms
        texts = list(itertools.islice(make_texts(), min(messages, SAMPLE)))
        counted = Counter(word for text in texts for word in _LATIN.findall(text))
        self._rare = _shuffled(self.lot, sorted(word for word, times in counted.items() if times == 1))
        self._common = _shuffled(self.lot, list(ENGLISH))
        self._characters = _shuffled(self.lot, sorted(set("".join(CHINESE))))
        self._english: list[list[str]] = [words for text in texts if len(words := _LATIN.findall(text)) >= 3]
        self._chinese: list[str] = [run for text in texts for run in _HAN.findall(text) if len(run) >= 6]

    def common(self) -> str:
        return next(self._common)

    def rare(self) -> str:
        """One that a 20,000th of the messages have."""
        return next(self._rare)

    def together(self) -> str:
        """Three words of one message."""
        return " ".join(self.lot.sample(self.lot.choice(self._english), 3))

    def character(self) -> str:
        return next(self._characters)

    def phrase(self) -> str:
        """Four to six characters as they stand in one message."""
        run, length = self.lot.choice(self._chinese), self.lot.randint(4, 6)
        start = self.lot.randint(0, len(run) - length)
        return run[start : start + length]

    def operators(self) -> str:
        """The people and rooms with the lowest numbers have written the most."""
        person = self.lot.randrange(max(1, self._people // 10))
        room = self.lot.randrange(max(1, self._rooms // 5))
        day = datetime.now(UTC).date() - timedelta(days=self.lot.randint(30, 600))
        return f"from:member{person:06} in:room{room} after:{day}"

    def nonsense(self) -> str:
        return "".join(self.lot.choices("qxzjvk", k=9))

    def misspelt(self) -> str:
        word = self.rare()
        place = self.lot.randrange(1, len(word))
        return word[:place] + self.lot.choice("qxz") + word[place:]


def _shuffled(lot: random.Random, words: list[str]) -> Iterator[str]:
    lot.shuffle(words)
    return itertools.cycle(words)
