"""What might have been meant, where nothing was found: the query with misspelt words as some readable text has them.

A word is suggested as it stands in a message that was found for this asker and checked (search.py), never from the
index, which knows the words of every channel. Engines choose among words within the asker's scope alone: by what is
offered, and in which order, nobody learns what is said elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from hubbub.domain.query import MAX_QUERY, Query, Term

# Words that are looked at, and others tried for each.
_WORDS: Final = 4
_TRIED: Final = 3

FindWord: TypeAlias = Callable[[Term], Awaitable[str | None]]
"""How the term is written in some message of the asker's; None when it is in none."""
FetchSimilar: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Speller:
    find_word: FindWord
    fetch_similar: FetchSimilar

    async def suggest(self, query: Query) -> str | None:
        """The query's text with other words; None when none is better."""
        changed: list[tuple[int, int, str]] = []
        for token, (start, end) in _tokens(query)[:_WORDS]:
            if await self.find_word(Term((token,))) is None:
                word = await self._find_similar(token)
                if word is None:
                    return None  # the others would find nothing without it
                changed.append((start, end, word))
        text = query.text
        for start, end, word in sorted(changed, reverse=True):
            text = text[:start] + word + text[end:]
        return text if changed and len(text) <= MAX_QUERY else None

    async def _find_similar(self, token: str) -> str | None:
        for similar in await self.fetch_similar(token, _TRIED):
            word = await self.find_word(Term((similar,)))
            if word is not None:
                return word
        return None


def _tokens(query: Query) -> list[tuple[str, tuple[int, int]]]:
    return [
        (token, place)
        for term in query.terms
        if not term.prefix
        for token, place in zip(term.tokens, term.places, strict=True)
    ]
