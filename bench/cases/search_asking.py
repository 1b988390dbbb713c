"""Asking Hubbub one thing after the other over one connection, and how long each answer took."""

from __future__ import annotations

import http.client
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from bench.build import BenchError
from bench.case import Measured
from bench.cases.search_questions import PAGES_ON, Question
from bench.processes import LOAD_CORE, on_core

PATIENCE: Final = 30.0
PAGE: Final = 100  # lines of a history page
WARM: Final = 5  # questions of a kind before those that count


class Asker:
    """One person's connection. Raises `BenchError` when the server is gone."""

    def __init__(self, address: str, token: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        self._headers = {"Cookie": f"session={token}", "Accept-Encoding": "identity"}

    def get(self, path: str) -> tuple[int, bytes, float]:
        """Status, body, and seconds until it was there whole."""
        try:
            return self._get(path)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection.close()  # it was silent for too long; a new one is opened
        try:
            return self._get(path)
        except (http.client.HTTPException, OSError) as error:
            raise BenchError(f"Hubbub does not answer: {error!r}") from error

    def _get(self, path: str) -> tuple[int, bytes, float]:
        began = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        return answer.status, body, time.perf_counter() - began

    def get_json(self, path: str) -> Any:
        status, body, _ = self.get(path)
        if status != http.client.OK:
            raise BenchError(f"{path} was answered with {status}: {body[:300].decode(errors='replace')}")
        return json.loads(body)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def asking(address: str, token: str, *, first: bool) -> Iterator[Asker]:
    """On the load's processor until the block ends."""
    asker = Asker(address, token)
    try:
        with on_core(LOAD_CORE, first=first):
            yield asker
    finally:
        asker.close()


def measure_searches(
    asker: Asker, kinds: Mapping[str, Sequence[Question]], seconds: float, tell: Callable[[str], None]
) -> list[Measured]:
    """Each kind's questions one by one, for at most so many seconds a kind."""
    measured: list[Measured] = []
    for kind, questions in kinds.items():
        one = {"kind": kind, **_measure_kind(asker, questions, seconds)}
        tell(f"{kind}: {one['p50'] / 1000:.1f} / {one['p99'] / 1000:.1f} ms ({one['asked']} questions)")
        measured.append(one)
    return measured


def _measure_kind(asker: Asker, questions: Sequence[Question], seconds: float) -> dict[str, Any]:
    """`found`: the median of the totals, which are counted up to a bound; `refused`: not in time, or failed."""
    taken: list[float] = []
    totals: list[int] = []
    engines: set[str] = set()
    refused = 0
    deadline = time.monotonic() + seconds
    warm = questions[:WARM]
    for place, question in enumerate([*warm, *questions]):
        if time.monotonic() > deadline and len(taken) >= 2:
            break
        path = _path_of(asker, question)
        if path is None:
            continue
        status, body, took = asker.get(path)
        if place < len(warm):
            continue
        taken.append(took * 1e6)
        if status == http.client.OK:
            answer = json.loads(body)
            totals.append(answer["total"])
            engines.add(answer["engine"])
        elif status == http.client.SERVICE_UNAVAILABLE:
            refused += 1
        else:
            raise BenchError(f"{path} was answered with {status}: {body[:300].decode(errors='replace')}")
    return {
        "asked": len(taken),
        **quantiles_of(taken),
        "found": statistics.median(totals) if totals else 0,
        "refused": refused,
        "engines": sorted(engines),
    }


def _path_of(asker: Asker, question: Question) -> str | None:
    """None for the second page of what has only one."""
    if PAGES_ON not in question:
        return "/api/search?" + urlencode(question)
    asked = {name: value for name, value in question.items() if name != PAGES_ON}
    cursor = asker.get_json("/api/search?" + urlencode(asked)).get("cursor")
    return "/api/search?" + urlencode({**asked, "cursor": cursor}) if cursor else None


def measure_history(asker: Asker, channel: str, times: int, *, where: str, upto: int | None = None) -> list[Measured]:
    """Pages of a channel's history: the newest, and at random places; with `upto` only those before that seq. `where`:
    what they are read from."""
    newest = f"/api/channels/{channel}/messages?limit={PAGE}"
    head = int(asker.get_json(newest)["messages"][-1]["seq"]) if upto is None else upto
    lot = random.Random(1)
    pages: dict[str, Callable[[], str]] = {"newest": lambda: newest} if upto is None else {}
    pages["anywhere"] = lambda: f"{newest}&before={lot.randint(min(head, PAGE), head)}"
    measured: list[Measured] = []
    for page, path in pages.items():
        taken: list[float] = []
        size = 0
        for _ in range(times):
            status, body, took = asker.get(path())
            if status != http.client.OK:
                raise BenchError(f"A page of history was answered with {status}.")
            taken.append(took * 1e6)
            size += len(body)
        measured.append({"page": page, "where": where, **quantiles_of(taken), "bytes": size // times})
    return measured


def size_of(database: Path) -> int:
    """Bytes on disk, with its log."""
    return sum(path.stat().st_size for path in (database, database.with_name(f"{database.name}-wal")) if path.exists())


def quantiles_of(taken: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the longest, in the unit given; zeros of nothing."""
    if len(taken) < 2:
        taken = [*taken, *taken] or [0.0, 0.0]
    ordered = statistics.quantiles(taken, n=100, method="inclusive")
    return {"p50": round(ordered[49], 1), "p99": round(ordered[98], 1), "longest": round(max(taken), 1)}
