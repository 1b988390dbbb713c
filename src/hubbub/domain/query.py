"""A search as people write it: words, "phrases", -not, and the operators from: in: has: before: after: on:.

- Words: each must be there, in any order. What holds together (`发布会`, `foo_bar`, `"quoted words"`) is a phrase: its
  tokens must stand one behind the other. `deploy*` finds all words that begin so; without the star only whole words
  match, in all their English forms.
- `-` before anything finds what does not have it.
- `from:ana`, `in:general`: by name or id, several mean any of them; a name with spaces is quoted (`in:"our room"`).
- `has:link`, `has:code`, `has:reaction`, `has:edited`, and for parts `has:file` (anything uploaded), `has:photo`,
  `has:video`, `has:audio`, `has:voice`, `has:location`, `has:meeting`, `has:poll`: several mean all of them.
- `before:`, `after:`, `on:` a day `2026-11-05`, a month `2026-11`, a year, `today`, `yesterday`: before it began, after
  it ended, within it; several mean all of them.

Full-width colons, stars and signs and Chinese quotation marks are what they stand for. Times are milliseconds since
1970, UTC.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, Literal, TypeAlias, get_args

from hubbub.domain.composing import compose
from hubbub.domain.tokens import fold, is_single, tokenize
from hubbub.errors import Refused

Has: TypeAlias = Literal[
    "link", "code", "reaction", "edited", "file", "photo", "video", "audio", "voice", "location", "meeting", "poll"
]

MAX_QUERY: Final = 500
MAX_TERMS: Final = 20
MAX_TOKENS: Final = 60
MAX_OPERATORS: Final = 20
# A shorter beginning would match half of all words there are.
MIN_PREFIX: Final = 2
KINDS: Final[tuple[Has, ...]] = get_args(Has)

_QUOTES: Final = {'"': '"', "“": "”", "„": "“", "「": "」", "『": "』"}
_OPEN: Final = "".join(_QUOTES)
_PART: Final = re.compile(
    rf"""(?P<minus>-(?=\S))?
    (?:(?P<name>from|in|has|before|after|on):\s*)?
    (?:(?P<quote>[{_OPEN}])(?P<quoted>[^"”“」』]*)["”“」』]?|(?P<word>[^\s{_OPEN}]+)|(?=\s|$))""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?\Z", re.ASCII)
_DAYS: Final = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1}


@dataclass(frozen=True, slots=True)
class Term:
    """One demand on a text: it has these tokens (tokens.py), one behind the other. `prefix`: the token, there is one,
    may go on. `places`: where in `Query.text` each token stands."""

    tokens: tuple[str, ...]
    prefix: bool = False
    places: tuple[tuple[int, int], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """`since` ≤ at < `until`; None is open."""

    since: int | None = None
    until: int | None = None

    def holds(self, at: int) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def within(self, other: Span) -> Span:
        """What both hold."""
        since = [one for one in (self.since, other.since) if one is not None]
        until = [one for one in (self.until, other.until) if one is not None]
        return Span(max(since, default=None), min(until, default=None))


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. An engine takes `terms`, `has`, `span` and their opposites; the names are resolved before, into a
    `Scope` (finding.py). All terms must be there, and nothing of what must not."""

    terms: tuple[Term, ...] = ()
    not_terms: tuple[Term, ...] = ()
    has: frozenset[Has] = frozenset()
    not_has: frozenset[Has] = frozenset()
    span: Span = Span()
    not_spans: tuple[Span, ...] = ()
    authors: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    not_channels: tuple[str, ...] = ()
    text: str = ""


def parse_query(text: str, zone: tzinfo, today: date) -> Query:
    """Days begin at midnight in `zone`, where it is `today`. Raises `bad_query`, with what cannot be understood."""
    try:
        text = compose(text.strip(), MAX_QUERY)
    except ValueError as error:
        raise Refused("bad_query", f"At most {MAX_QUERY} characters can be searched for.") from error
    if len(text) > MAX_QUERY:
        raise Refused("bad_query", f"The search has {len(text)} characters; at most {MAX_QUERY} are allowed.")
    draft = _Draft()
    for match in _PART.finditer(_plain(text)):
        if match["name"]:
            draft.add_operator(match, zone, today)
        elif term := _read_term(match):
            (draft.not_terms if match["minus"] else draft.terms).append(term)
    draft.check()
    return draft.query(text)


@dataclass(slots=True)
class _Draft:
    """What has been read so far."""

    terms: list[Term] = field(default_factory=list)
    not_terms: list[Term] = field(default_factory=list)
    has: set[Has] = field(default_factory=set)
    not_has: set[Has] = field(default_factory=set)
    span: Span = field(default_factory=Span)
    not_spans: list[Span] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    not_authors: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    not_channels: list[str] = field(default_factory=list)
    operators: int = 0

    def add_operator(self, match: re.Match[str], zone: tzinfo, today: date) -> None:
        self.operators += 1
        name, wrong = match["name"].lower(), bool(match["minus"])
        value = (match["quoted"] if match["quote"] else match["word"] or "").strip()
        if not value:
            raise Refused("bad_query", f"{name}: what?")
        if name == "from":
            (self.not_authors if wrong else self.authors).append(value.removeprefix("@"))
        elif name == "in":
            (self.not_channels if wrong else self.channels).append(value.removeprefix("#"))
        elif name == "has":
            (self.not_has if wrong else self.has).add(_read_kind(value))
        elif wrong:
            self.not_spans.append(_read_span(name, value, zone, today))
        else:
            self.span = self.span.within(_read_span(name, value, zone, today))

    def check(self) -> None:
        terms = self.terms + self.not_terms
        if not terms and not self.operators:
            raise Refused("bad_query", "Say what to search for.")
        tokens = sum(len(term.tokens) for term in terms)
        if len(terms) > MAX_TERMS or tokens > MAX_TOKENS or self.operators > MAX_OPERATORS:
            message = f"That is too much: at most {MAX_TERMS} words, or {MAX_TOKENS} characters of Chinese."
            raise Refused("bad_query", message)

    def query(self, text: str) -> Query:
        return Query(
            terms=tuple(self.terms),
            not_terms=tuple(self.not_terms),
            has=frozenset(self.has),
            not_has=frozenset(self.not_has),
            span=self.span,
            not_spans=tuple(self.not_spans),
            authors=tuple(self.authors),
            not_authors=tuple(self.not_authors),
            channels=tuple(self.channels),
            not_channels=tuple(self.not_channels),
            text=text,
        )


def _plain(text: str) -> str:
    """Full-width signs as ASCII; every character stays where it is."""
    return text.translate(_SIGNS)


_SIGNS: Final = str.maketrans({"：": ":", "－": "-", "＊": "*", "＂": '"', "\u3000": " ", "\u00a0": " "})


def _read_term(match: re.Match[str]) -> Term | None:
    """None where there is nothing that could be searched for."""
    group = "quoted" if match["quote"] else "word"
    written, begin = match[group] or "", match.start(group)
    tokens = tokenize(written)
    if not tokens:
        return None
    if group == "word" and written.endswith("*") and len(tokens) == 1 and not is_single(tokens[0].text):
        return _read_prefix(written[:-1], tokens[0].text, begin)
    return Term(
        tuple(token.text for token in tokens),
        places=tuple((begin + token.start, begin + token.end) for token in tokens),
    )


def _read_prefix(written: str, token: str, begin: int) -> Term:
    """Words are found by their stem: `happy*` has to find `happi`, so it searches for what both begin with."""
    word = fold(written.strip(_NOT_IN_WORDS))
    shared = word[: next((i for i, (a, b) in enumerate(zip(word, token, strict=False)) if a != b), len(token))]
    if len(shared) < MIN_PREFIX:
        raise Refused("bad_query", f"{written}*: write at least {MIN_PREFIX} characters before the star.")
    return Term((shared,), prefix=True, places=((begin, begin + len(written)),))


_NOT_IN_WORDS: Final = "'\"`.,;!?()[]{}<>@#*_~^-"


def _read_kind(value: str) -> Has:
    for kind in KINDS:
        if value.lower() in (kind, kind + "s"):
            return kind
    raise Refused("bad_query", f"has:{value}: only {', '.join(KINDS)} can be searched for.")


def _read_span(name: str, value: str, zone: tzinfo, today: date) -> Span:
    try:
        first, last = _read_days(unicodedata.normalize("NFKC", value).lower(), today)
        began, ended = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    except (ValueError, OverflowError) as error:
        message = f"{name}:{value}: write a day (2026-11-05), a month (2026-11), a year, today or yesterday."
        raise Refused("bad_query", message) from error
    return {"before": Span(until=began), "after": Span(since=ended), "on": Span(began, ended)}[name]


def _read_days(value: str, today: date) -> tuple[date, date]:
    """The first and the last day of what is meant; ValueError when it is no date."""
    if value in _DAYS:
        day = today - timedelta(days=_DAYS[value])
        return day, day
    match = _DATE.match(value)
    if not match or not 1970 <= int(match[1]) < 9999:
        raise ValueError(value)
    year, month, day_of_month = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day_of_month is None:
        first = date(year, month, 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date(year, month, day_of_month), date(year, month, day_of_month)


def _midnight(day: date, zone: tzinfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)
