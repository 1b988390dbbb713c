"""Copying the log into a search server: Hubbub's follower, beside the same documents from a bare bulk writer and
beside one request a message, waited for."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.build import BenchError
from bench.case import Measured, Run, Tell
from bench.cases.company import Company
from bench.cases.scene import start_server
from bench.cases.search_asking import Asker
from bench.cases.tables import median_of
from bench.processes import LOAD_CORE, SERVER_CORE, Process, on_core, processor_seconds
from hubbub.config import Search, load_config
from hubbub.metrics.catalogue import METRICS
from hubbub.protocol.events import MessagePosted
from hubbub.search.client import Client
from hubbub.search.documents import make_operations
from hubbub.search.template import Indices, Names
from hubbub.store.feed import Feed
from tests.support.search_servers import SearchServer
from tools.servers import ALL

HEAP: Final = "-Xms1g -Xmx1g"
WINDOW: Final = 100_000  # documents of a round
SLOWEST: Final = 500  # documents a second; below that a copy is given up
LOOK: Final = 0.2
TOLD: Final = 200_000  # documents between two words on how far a copy is
FOLLOWER, BARE, SINGLE, COMPANY = "bench-follower", "bench-bare", "bench-single", "bench-company"
PROMISED: Final = 0.8
_SOURCES: Final = {metric.name: metric.source for metric in METRICS if metric.source.startswith("search_")}


@contextlib.contextmanager
def run_node(name: str, *, quick: bool) -> Iterator[SearchServer]:
    """A real one, as it comes but for its heap, on the load's processor: what it takes, it does not take from Hubbub.
    `quick`: set to start soon instead.

    Raises `ServerError`, `InstallError`.
    """
    distribution = next(one for one in ALL if one.name == name)
    node = SearchServer(distribution) if quick else SearchServer(distribution, {"node.processors": "1"}, java=HEAP)
    try:
        if quick:
            node.spawn()
        else:
            with on_core(LOAD_CORE, first=False):
                node.spawn()
        node.wait_until_ready()
        yield node
    finally:
        node.remove()


def settings_for(node: SearchServer, prefix: str) -> dict[str, str]:
    """Hubbub's variables."""
    return {"HUBBUB_SEARCH__URLS": node.url, "HUBBUB_SEARCH__PREFIX": prefix}


def remove_indices(node: SearchServer, prefix: str) -> None:
    with node.http() as client:
        names = client.get(f"/{prefix}-*/_alias").json()
        if names:
            client.delete("/" + ",".join(names)).raise_for_status()


@dataclass(slots=True)
class Curve:
    """How much was done by when: counts that grow, and seconds."""

    points: list[tuple[int, float]] = field(default_factory=list)

    def add(self, count: int) -> None:
        self.points.append((count, time.perf_counter()))

    @property
    def first(self) -> int:
        return self.points[0][0]

    @property
    def last(self) -> int:
        return self.points[-1][0]

    def when(self, count: int) -> float:
        """Between two points as if it had gone evenly."""
        for (before, then), (after, now) in itertools.pairwise(self.points):
            if before <= count <= after:
                return then + (now - then) * (count - before) / max(1, after - before)
        raise BenchError(f"{count:,} were not reached, or passed before anybody looked.")

    def rate(self, begin: int, end: int) -> float:
        """A second, from one count to the other."""
        return round((end - begin) / max(1e-6, self.when(end) - self.when(begin)), 1)


@dataclass(frozen=True, slots=True)
class Documents:
    """Bulk requests as the follower sends them, with how many documents each has. The messages begin behind `begin`
    documents; `end` is where a round ends. `singles`: path and body of messages."""

    chunks: tuple[tuple[int, bytes], ...]
    begin: int
    end: int
    singles: tuple[tuple[str, bytes], ...]


def make_documents(company: Company, most: int = WINDOW) -> Documents:
    """Of the log's beginning, up to `most` behind where the messages begin."""
    chunks: list[tuple[int, bytes]] = []
    singles: list[tuple[str, bytes]] = []
    begin = total = 0
    for piece in _read_slices(company.data):
        operations = make_operations(piece, Names(BARE), 1)
        if not any(isinstance(logged.event, MessagePosted) for logged in piece.events):
            begin = total + len(operations)
        elif len(singles) < most // 4:
            own = make_operations(piece, Names(SINGLE), 1)[len(piece.events) + len(piece.redacted) :]
            singles += [(_path_of(one.head), one.source) for one in own]
        chunks.append((len(operations), b"".join(part for one in operations for part in (one.head, one.source))))
        total += len(operations)
        if total >= begin + most:
            break
    return Documents(tuple(chunks), begin, min(total, begin + most), tuple(singles))


def _read_slices(data: Path) -> Iterator[Any]:
    feed = Feed(data)
    try:
        mark = None
        while not (piece := feed.read(mark, load_config({}, {}).search.bulk_events)).empty:
            yield piece
            mark = piece.mark
    finally:
        feed.close()


def _path_of(head: bytes) -> str:
    target = json.loads(head)["index"]
    return f"/{target['_index']}/_doc/{target['_id']}"


# --- in turns ---------------------------------------------------------------------------------------------------------


def measure_copying(run: Run, company: Company, node: SearchServer, documents: Documents) -> Measured:
    """Rounds of both, in turns, after one that does not count: the JVM compiles what is used often."""
    _write_bare(node, documents)
    rounds: list[dict[str, Any]] = []
    for number in range(1 if run.options.quick else run.options.rounds):
        rounds.append(_measure_round(run, company, node, documents, number))
        one = rounds[-1]
        run.tell(
            f"{node.name}, round {number + 1}: {one['follower']:,.0f} documents/s, bare {one['bare']:,.0f}, "
            f"{one['ratio']:.2f}"
        )
    single = _measure_single(run, node, documents)
    run.tell(f"{node.name}: one request a message, {single['per_second']:,.0f} documents/s")
    return {"rounds": rounds, "summary": median_of(rounds), "single": single, "chunk": documents.chunks[-1][0]}


def _measure_round(run: Run, company: Company, node: SearchServer, documents: Documents, number: int) -> dict[str, Any]:
    if number % 2:
        bare = _write_bare(node, documents)
        follower, cpu = _follow(run, company, node, documents.end)
    else:
        follower, cpu = _follow(run, company, node, documents.end)
        bare = _write_bare(node, documents)
    begin = max(documents.begin, follower.first)
    rates = {"follower": follower.rate(begin, documents.end), "bare": bare.rate(begin, documents.end)}
    ratio = round(rates["follower"] / rates["bare"], 3)
    return {**rates, "ratio": ratio, "documents": documents.end - begin, "server_cpu_us_per_document": cpu}


def _write_bare(node: SearchServer, documents: Documents) -> Curve:
    """One request after the other, made before; on the processor Hubbub has in its turn."""
    asyncio.run(_put_templates(node, BARE))
    curve = Curve()
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60)
    try:
        with on_core(SERVER_CORE, first=False):
            curve.add(0)
            for count, body in documents.chunks:
                _send(connection, "POST", "/_bulk?filter_path=errors,items.*.error", body)
                curve.add(curve.last + count)
    finally:
        connection.close()
        remove_indices(node, BARE)
    return curve


def _follow(run: Run, company: Company, node: SearchServer, end: int) -> tuple[Curve, float]:
    """Hubbub's own follower from the log's beginning, and the processor time its server takes for a document (µs)."""
    server, address = start_server(run, company.data, pages=False, settings=settings_for(node, FOLLOWER))
    try:
        before = processor_seconds(server.pid)
        curve = watch_copy(address, company.token, end)
        cpu = processor_seconds(server.pid) - before
    finally:
        server.stop()
        remove_indices(node, FOLLOWER)
    return curve, round(cpu * 1e6 / max(1, curve.last - curve.first), 1)


def watch_copy(address: str, token: str, end: int | None, tell: Tell | None = None) -> Curve:
    """Until `end` documents are written; None: until nothing is behind. Raises `BenchError` when it does not get on."""
    curve = Curve()
    asker = Asker(address, token)
    stalled = time.monotonic() + 60
    told = 0
    try:
        while True:
            metrics = read_metrics(asker)
            curve.add(int(metrics["search_written"]))
            leads, behind = metrics["search_leads"], metrics["search_behind"]
            if tell is not None and curve.last // TOLD > told:
                told = curve.last // TOLD
                tell(f"{curve.last:,} documents copied")
            if curve.last >= end if end is not None else leads and not behind and curve.last:
                return curve
            if len(curve.points) < 2 or curve.last - curve.points[-2][0] > SLOWEST * LOOK:
                stalled = time.monotonic() + 60
            elif time.monotonic() > stalled:
                raise BenchError(f"The follower does not get on: {curve.last:,} documents written.")
            time.sleep(LOOK)
    finally:
        asker.close()


def read_metrics(asker: Asker) -> dict[str, float]:
    """Those of the search server, under the names of where they come from."""
    status, body, _ = asker.get("/metrics")
    if status != http.client.OK:
        raise BenchError(f"/metrics was answered with {status}.")
    lines = (line.partition(" ") for line in body.decode().splitlines())
    return {_SOURCES[name]: float(value) for name, _, value in lines if name in _SOURCES}


def _measure_single(run: Run, node: SearchServer, documents: Documents) -> dict[str, float]:
    """A request a message, the next one when it is answered, over a connection kept open."""
    asyncio.run(_put_templates(node, SINGLE))
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60)
    written = 0
    try:
        with on_core(SERVER_CORE, first=False):
            began = time.perf_counter()
            for path, body in documents.singles:
                _send(connection, "PUT", path, body)
                written += 1
                if time.perf_counter() - began > run.options.seconds:
                    break
            took = time.perf_counter() - began
    finally:
        connection.close()
        remove_indices(node, SINGLE)
    return {"documents": written, "per_second": round(written / took, 1)}


def _send(connection: http.client.HTTPConnection, method: str, path: str, body: bytes) -> None:
    kind = "application/x-ndjson" if path.startswith("/_bulk") else "application/json"
    connection.request(method, path, body, {"Content-Type": kind})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300 or b'"errors":true' in content:
        raise BenchError(f"{path} was answered with {answer.status}: {content[:300].decode(errors='replace')}")


async def _put_templates(node: SearchServer, prefix: str) -> None:
    """As Hubbub's own, so that both write into the same kind of index."""
    client = Client(Search(urls=(node.url,), prefix=prefix))
    try:
        await Indices(client, Names(prefix)).put_templates(1, read=True)
    finally:
        await client.close()


@contextlib.contextmanager
def copied(run: Run, company: Company, node: SearchServer) -> Iterator[tuple[Process, str, Measured]]:
    """A server that has copied everything: its process, where it is, and how quickly it did."""
    run.tell(f"{node.name}: copying everything")
    server, address = start_server(run, company.data, pages=False, settings=settings_for(node, COMPANY))
    try:
        began = time.perf_counter()
        curve = watch_copy(address, company.token, None)
        seconds = time.perf_counter() - began
        whole = {"documents": curve.last, "seconds": round(seconds, 1), "per_second": round(curve.last / seconds, 1)}
        run.tell(f"{node.name}: {curve.last:,} documents in {seconds:.0f} s")
        yield server, address, {**whole, "bytes": _size_of(node, COMPANY)}
    finally:
        server.stop()


def _size_of(node: SearchServer, prefix: str) -> dict[str, int]:
    """Bytes on disk, by family."""
    with node.http() as client:
        client.post(f"/{prefix}-*/_flush").raise_for_status()
        return {
            family: int(
                client.get(f"/{prefix}-{family}-*/_stats/store").json()["_all"]["total"]["store"]["size_in_bytes"]
            )
            for family in ("messages", "events")
        }
