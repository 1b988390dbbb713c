"""Searching: the embedded index and both search servers, how quickly they are filled, how far behind they are, and how
long an answer takes; pages of history beside it."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, Final

from bench.build import BenchError
from bench.case import Case, Measured, Run
from bench.cases.company import Company, build_company
from bench.cases.scene import start_server
from bench.cases.search_archive import DAYS, measure_archive
from bench.cases.search_asking import asking, measure_history, measure_searches, size_of
from bench.cases.search_copying import COMPANY, Curve, Documents, copied, make_documents, measure_copying, run_node
from bench.cases.search_flow import SECONDS, Probe, measure_flow
from bench.cases.search_page import draw_search, judge_search, write_search
from bench.cases.search_questions import Question, draw_questions
from hubbub.search.template import Names
from hubbub.store.engine import DATABASE
from hubbub.store.search_file import SEARCH
from tests.support.search_servers import SearchServer
from tests.support.server import ServerError
from tools.servers import InstallError

EACH: Final = 200  # questions of a kind
KIND_SECONDS: Final = 20.0
WINDOWS: Final = 500  # pages of history of a kind
LOOK: Final = 0.05
SLOWEST: Final = 200  # events a second; an index that takes longer is given up


def measure_search(run: Run) -> Measured:
    """The embedded search first, then one search server after the other; one that cannot be had is named."""
    options = run.options
    small = options.quick
    company = build_small(run) if small else build_company(run.folder / "company", options.messages, run.tell)
    questions = draw_questions(options.messages, len(company.tokens), len(company.channels), 8 if small else EACH)
    measured: dict[str, Any] = {"messages": options.messages, "embedded": _measure_embedded(run, company, questions)}
    engines: dict[str, Measured] = {}
    missing: dict[str, str] = {}
    documents = make_documents(company) if options.engines else None
    for name in options.engines:
        assert documents is not None
        run.tell(f"starting {name}")
        try:
            with run_node(name, quick=small) as node:
                engines[name] = measure_engine(run, company, questions, documents, node)
        except (InstallError, ServerError) as error:
            run.tell(f"{name} is left out: {error}")
            missing[name] = str(error)
    return {**measured, "engines": engines, "missing": missing}


def build_small(run: Run) -> Company:
    """Of two months: the search servers take long to make the indices of many."""
    return build_company(run.folder / "company", run.options.messages, run.tell, months=2, size=10, rooms=5)


# --- embedded ---------------------------------------------------------------------------------------------------------


def _measure_embedded(run: Run, company: Company, questions: Mapping[str, Sequence[Question]]) -> Measured:
    first = run.options.first
    flows = [_flow_without(run, company, "no index", {"HUBBUB_SEARCH__EMBEDDED": "false"})]
    with _watching(company.data) as watched:
        server, address = start_server(run, company.data, pages=False, settings={})
    try:
        rate = watched.result()
        run.tell(f"embedded: {rate:,.0f} events/s into the index")
        with asking(address, company.token, first=first) as asker:
            searches = measure_searches(asker, questions, KIND_SECONDS, run.tell)
            history = measure_history(asker, company.channels[0], _windows(run), where="SQL")
            _tell_history(run, history)
        flows.append(_flow(run, company, server.pid, address, "embedded index"))
    finally:
        server.stop()
    return {
        "events_per_second": rate,
        "index_bytes": size_of(company.data / SEARCH),
        "database_bytes": size_of(company.data / DATABASE),
        "searches": searches,
        "history": history,
        "flows": flows,
    }


def _windows(run: Run) -> int:
    return 20 if run.options.quick else WINDOWS


def _tell_history(run: Run, history: Sequence[Measured]) -> None:
    for one in history:
        run.tell(f"history, {one['page']}, {one['where']}: {one['p50'] / 1000:.1f} / {one['p99'] / 1000:.1f} ms")


@contextlib.contextmanager
def _watching(data: Path) -> Iterator[Future[float]]:
    """Events a second that go into the index, watched from before there is one: a small one is whole when the server
    first answers. Given up when the block fails."""
    given_up = Event()
    with ThreadPoolExecutor(1, thread_name_prefix="watch") as thread:
        try:
            yield thread.submit(_watch_index, data, given_up)
        except BaseException:
            given_up.set()
            raise


def _watch_index(data: Path, given_up: Event) -> float:
    """Until all of the log is there."""
    with contextlib.closing(sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)) as log:
        head = int(log.execute("SELECT max(rowid) FROM events").fetchone()[0])
    curve = Curve()
    deadline = time.monotonic() + 60 + head / SLOWEST
    while not curve.points or curve.last < head:
        if time.monotonic() > deadline or given_up.is_set():
            raise BenchError(f"The index was not built in time: {curve.last:,} of {head:,} events.")
        curve.add(_read_checkpoint(data / SEARCH))
        time.sleep(LOOK)
    return curve.rate(max(1, curve.first), head)


def _read_checkpoint(path: Path) -> int:
    """0 while the file is not made yet."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as index:
            row = index.execute("SELECT value FROM meta WHERE name = 'checkpoint'").fetchone()
            return int(row[0]) if row else 0
    except sqlite3.OperationalError:
        return 0


# --- search servers ---------------------------------------------------------------------------------------------------


def measure_engine(
    run: Run,
    company: Company,
    questions: Mapping[str, Sequence[Question]],
    documents: Documents,
    node: SearchServer,
) -> Measured:
    """All that is asked of one search server, which runs and is nearly empty."""
    copying = measure_copying(run, company, node, documents)
    without = _flow_without(run, company, f"embedded index; {node.name} idle", {})
    with (
        copied(run, company, node) as (server, address, whole),
        asking(address, company.token, first=run.options.first) as asker,
    ):
        searches = measure_searches(asker, questions, KIND_SECONDS, run.tell)
        probe = Probe(node.port, Names(COMPANY), asker)
        flow = _flow(run, company, server.pid, address, f"embedded index, {node.name}", probe)
    archive = measure_archive(run, company, node, _windows(run), days=10 if run.options.quick else DAYS)
    _tell_history(run, archive["history"])
    return {
        "version": node.distribution.version,
        "copying": copying,
        "whole": whole,
        "searches": searches,
        "flows": [without, flow],
        "archive": archive,
    }


# --- posts that flow --------------------------------------------------------------------------------------------------


def _flow_without(run: Run, company: Company, name: str, settings: Mapping[str, str]) -> Measured:
    server, address = start_server(run, company.data, pages=False, settings=settings)
    try:
        return _flow(run, company, server.pid, address, name)
    finally:
        server.stop()


def _flow(run: Run, company: Company, pid: int, address: str, name: str, probe: Probe | None = None) -> Measured:
    seconds = 1.0 if run.options.quick else SECONDS
    measured = measure_flow(company, pid, address, seconds=seconds, probe=probe, first=run.options.first)
    acks = measured["ack_us"]
    run.tell(f"posts, {name}: acknowledged after {acks['p50'] / 1000:.1f} / {acks['p99'] / 1000:.1f} ms")
    return {"name": name, **measured}


CASE: Final = Case(
    name="search",
    about="searching in a million messages",
    measure=measure_search,
    paragraphs=write_search,
    panels=draw_search,
    verdicts=judge_search,
)
