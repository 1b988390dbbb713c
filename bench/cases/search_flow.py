"""Posts that come evenly, whoever answers or not (open loop), how long each waits for its acknowledgement, and how long
after that the search server has it."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import uvloop
from websockets.asyncio.client import ClientConnection, connect

from bench.build import BenchError
from bench.case import Measured
from bench.cases.company import Company
from bench.cases.search_asking import Asker, quantiles_of
from bench.cases.search_copying import read_metrics
from bench.corpus import make_texts
from bench.processes import LOAD_CORE, on_core, processor_seconds
from hubbub.search.documents import message_id
from hubbub.search.template import Names

RATE: Final = 1000  # posts a second
SECONDS: Final = 20.0
POSTERS: Final = 4  # each hears all that is posted
PATIENCE: Final = 60.0
PROBED: Final = 10  # one of so many posts is looked for
LOOK: Final = 0.05
MOST_AT_ONCE: Final = 1000
_OK: Final = '{"type":"ok"'


@dataclass(frozen=True, slots=True)
class Acked:
    """A post that was acknowledged: when (perf_counter), and where it is."""

    when: float
    channel: str
    number: int
    at: int  # milliseconds since 1970, by this machine's clock


@dataclass(slots=True)
class Flow:
    """What one run of posts has seen so far. Appended to on the loop, read by the probe's thread."""

    acked: deque[Acked] = field(default_factory=deque)
    waited: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    due: dict[int, tuple[float, str]] = field(default_factory=dict)
    seconds: float = 0.0
    failed: str | None = None


def measure_flow(
    company: Company, pid: int, address: str, *, seconds: float, probe: Probe | None = None, first: bool
) -> Measured:
    """Times in microseconds. Raises `BenchError` when a post is refused or not answered."""
    flow = Flow()
    before = processor_seconds(pid)
    with on_core(LOAD_CORE, first=first), contextlib.ExitStack() as stack:
        if probe is not None:
            stack.enter_context(probe.watching(flow))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_post_evenly(flow, company, address, seconds))
        cpu = processor_seconds(pid) - before
    measured = {
        "posts": len(flow.waited),
        "posts_per_second": round(len(flow.waited) / flow.seconds, 1),
        "ack_us": quantiles_of([waited * 1e6 for waited in flow.waited]),
        "late_us": quantiles_of([late * 1e6 for late in flow.late]),
        "server_cpu_us_per_post": round(cpu * 1e6 / len(flow.waited), 1),
    }
    return measured if probe is None else {**measured, "lag": probe.told()}


async def _post_evenly(flow: Flow, company: Company, address: str, seconds: float) -> None:
    async with contextlib.AsyncExitStack() as stack:
        people = [await stack.enter_async_context(_join(flow, address, token)) for token in company.tokens[:POSTERS]]
        await _post_all(flow, people, company.channels, round(RATE * seconds))
        deadline = time.perf_counter() + PATIENCE
        while flow.due and flow.failed is None:
            if time.perf_counter() > deadline:
                raise BenchError(f"{len(flow.due)} posts were not answered.")
            await asyncio.sleep(0.01)
    if flow.failed is not None:
        raise BenchError(flow.failed)


async def _post_all(flow: Flow, people: Sequence[ClientConnection], channels: Sequence[str], count: int) -> None:
    texts = make_texts(seed=int.from_bytes(secrets.token_bytes(4)))
    prepared = list(itertools.islice(texts, count))
    key = secrets.token_hex(8)
    began = time.perf_counter() + 0.1
    for number, text in enumerate(prepared):
        due = began + number / RATE
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        if flow.failed is not None:
            return
        channel = channels[number % len(channels)]
        flow.due[number] = (due, channel)
        command = {"type": "message.post", "id": number, "channel": channel, "text": text, "key": f"{key}-{number}"}
        flow.late.append(max(0.0, time.perf_counter() - due))
        await people[number % len(people)].send(json.dumps(command))
    flow.seconds = time.perf_counter() - began


@contextlib.asynccontextmanager
async def _join(flow: Flow, address: str, token: str) -> AsyncIterator[ClientConnection]:
    """Somebody who is connected and hears everything."""
    async with connect(
        f"ws://{address}/socket",
        additional_headers={"Cookie": f"session={token}", "Origin": f"http://{address}"},
        proxy=None,
        max_size=None,
        compression=None,
    ) as connection:
        await connection.send('{"type":"hello","streams":{}}')
        greeting = await connection.recv()
        if '"hello"' not in str(greeting)[:20]:
            raise BenchError(f"A hello was answered with {str(greeting)[:300]}")
        reader = asyncio.create_task(_read(flow, connection))
        try:
            yield connection
        finally:
            reader.cancel()
            await asyncio.wait([reader])


async def _read(flow: Flow, connection: ClientConnection) -> None:
    async for frame in connection:
        assert isinstance(frame, str)
        if frame.startswith(_OK):
            now = time.perf_counter()
            answer = json.loads(frame)
            due, channel = flow.due.pop(answer["id"])
            flow.waited.append(now - due)
            if answer["id"] % PROBED == 0:
                flow.acked.append(Acked(now, channel, answer["number"], time.time_ns() // 1_000_000))
        elif frame.startswith('{"type":"error"'):
            flow.failed = f"A post was refused: {frame[:300]}"
    if flow.due:
        flow.failed = flow.failed or "A connection was closed while posts were under way."


class Probe:
    """Asks the search server for posts that were acknowledged until it has them, and Hubbub how far it is behind.

    Asking by id answers from what is written, whether searches see it already or not: those do at the next refresh, a
    second apart.
    """

    def __init__(self, port: int, names: Names, asker: Asker) -> None:
        self._names = names
        self._asker = asker
        self._server = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._lags: list[float] = []
        self._behind: list[float] = []
        self._missing = 0
        self._ended = threading.Event()
        self._failure: Exception | None = None

    @contextlib.contextmanager
    def watching(self, flow: Flow) -> Any:
        """On a thread of its own until everything was found, or is given up on."""
        thread = threading.Thread(target=self._run, args=(flow,))
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            self._server.close()
        if self._failure is not None:
            raise BenchError(f"What was posted could not be looked for: {self._failure}") from self._failure

    def told(self) -> dict[str, Any]:
        """How long after the acknowledgement (µs), and how many events behind."""
        return {
            "us": quantiles_of([lag * 1e6 for lag in self._lags]),
            "events": quantiles_of(self._behind),
            "probed": len(self._lags),
            "missing": self._missing,
        }

    def _run(self, flow: Flow) -> None:
        try:
            self._watch(flow)
        except Exception as error:
            self._failure = error

    def _watch(self, flow: Flow) -> None:
        waiting: list[Acked] = []
        deadline = None
        for turn in itertools.count():
            while flow.acked:
                waiting.append(flow.acked.popleft())
            if self._ended.is_set():
                deadline = deadline or time.perf_counter() + PATIENCE
                if not waiting or time.perf_counter() > deadline:
                    break
            elif turn % 4 == 0:
                self._behind.append(read_metrics(self._asker)["search_behind"])
            waiting = self._look_for(waiting)
            time.sleep(LOOK)
        self._missing = len(waiting)

    def _look_for(self, waiting: list[Acked]) -> list[Acked]:
        """Those that are not there yet."""
        asked, rest = waiting[:MOST_AT_ONCE], waiting[MOST_AT_ONCE:]
        if not asked:
            return rest
        docs = [
            {"_index": self._names.index("messages", 1, one.at), "_id": message_id(one.channel, one.number)}
            for one in asked
        ]
        self._server.request(
            "POST",
            "/_mget?_source=false&filter_path=docs._id,docs.found",
            json.dumps({"docs": docs}),
            {"Content-Type": "application/json"},
        )
        found = json.loads(self._server.getresponse().read())["docs"]
        now = time.perf_counter()
        left: list[Acked] = []
        for one, there in zip(asked, found, strict=True):
            if there.get("found"):
                self._lags.append(now - one.when)
            else:
                left.append(one)
        return left + rest
