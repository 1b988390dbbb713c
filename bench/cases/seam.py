"""Reading on where history leaves SQL: a room most of which is in the archive alone, scrolled in a real browser."""

from __future__ import annotations

import contextlib
import math
import sqlite3
import time
from collections.abc import Mapping
from typing import Final

from bench.build import BenchError
from bench.case import Case, Measured, Run
from bench.cases.company import CHANNELS, MONTH_MS, MONTHS, PEOPLE, Company, build_company
from bench.cases.scene import start_server
from bench.cases.seam_page import draw_seam, judge_seam, write_seam
from bench.cases.seam_reader import Room, read_rooms
from bench.cases.search_archive import archive_folder
from bench.cases.search_asking import size_of
from bench.cases.search_copying import COMPANY, run_node, settings_for, watch_copy
from bench.cases.town import DAY_MS
from hubbub.domain.ids import channel_stream
from hubbub.main import WEB_TREE
from hubbub.store.archiver import Keep
from hubbub.store.engine import DATABASE
from tests.support.search_servers import SearchServer
from tests.support.server import ServerError
from tools.servers import InstallError

DAYS: Final = 10
ROOMS: Final = 3  # that are scrolled, the largest
BEYOND: Final = 100  # pages that are read on the other side of the seam, in each
# Nobody searches here, and an index that is made beside would be measured too.
SETTINGS: Final = {"HUBBUB_SEARCH__EMBEDDED": "false"}

_SEAM: Final = """SELECT max(number) FROM lines WHERE channel = ?1
    AND seq <= (SELECT max(last) FROM archived WHERE stream = ?2)
    AND NOT EXISTS (SELECT 1 FROM events WHERE stream = ?2 AND events.seq = lines.seq)"""
_ARCHIVED: Final = """SELECT count(*) FROM lines WHERE number IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM events WHERE stream = 'channel:' || channel AND events.seq = lines.seq)"""
_NEWEST: Final = "SELECT max(number) FROM lines WHERE channel = ?"


def measure_seam(run: Run) -> Measured:
    """With the first of the search servers that were asked for. Raises `BenchError` when it cannot be had."""
    if not run.options.engines:
        raise BenchError("The seam is between SQL and a search server: name one with --engines.")
    name = run.options.engines[0]
    try:
        with run_node(name, quick=run.options.quick) as node:
            return measure_node(run, node)
    except (InstallError, ServerError) as error:
        raise BenchError(f"{name} could not be had here: {error}") from error


def measure_node(run: Run, node: SearchServer) -> Measured:
    """All of it with one search server, which runs."""
    if not (WEB_TREE / "server" / "server.js").is_file():
        raise BenchError("The pages are not built: run `make web`.")
    quick = run.options.quick
    began = time.perf_counter()
    company = _build(run)
    settings = {**settings_for(node, COMPANY), **SETTINGS}
    seconds = {"build": round(time.perf_counter() - began, 1), "copy": _copy(run, company, settings)}
    before = size_of(company.data / DATABASE)
    run.tell(f"archiving what is older than {DAYS} days in {node.name}")
    moved = archive_folder(company, company.data, settings, DAYS, run.tell)
    rooms, archived = _read_seams(company)
    after = size_of(company.data / DATABASE)
    run.tell(
        f"{archived:,} of {company.messages:,} messages are in the archive alone, after {moved['seconds']:.0f} s; "
        f"the database went from {before / 1e6:,.0f} to {after / 1e6:,.0f} MB"
    )
    server, address = start_server(run, company.data, pages=True, settings=settings)
    try:
        read = read_rooms(run, address, company.token, rooms, beyond=3 if quick else BEYOND)
    finally:
        server.stop()
    return {
        "engine": node.name,
        "version": node.distribution.version,
        "days": DAYS,
        "messages": company.messages,
        "archived": archived,
        "removed": moved["removed"],
        "unproven": moved["unproven"],
        "seconds": {**seconds, "archive": moved["seconds"]},
        "bytes_before": before,
        "bytes_after": after,
        **read,
    }


def _build(run: Run) -> Company:
    """So large that as many messages as were asked for are old enough, and not among those that stay however old."""
    messages, folder = run.options.messages, run.folder / "company"
    if run.options.quick:
        return build_company(folder, messages, run.tell, months=2, size=5, rooms=3)
    days = MONTHS * MONTH_MS / DAY_MS
    stays = CHANNELS * (Keep().events + Keep().range)
    return build_company(folder, math.ceil((messages + stays) / (1 - DAYS / days)), run.tell, size=PEOPLE)


def _copy(run: Run, company: Company, settings: Mapping[str, str]) -> float:
    """Seconds until the search server has everything."""
    run.tell("copying everything into the search server")
    server, address = start_server(run, company.data, pages=False, settings=settings)
    try:
        began = time.perf_counter()
        watch_copy(address, company.token, None, run.tell)
        return round(time.perf_counter() - began, 1)
    finally:
        server.stop()


def _read_seams(company: Company) -> tuple[list[Room], int]:
    """The largest rooms, and how many messages are in the archive alone. Raises `BenchError` where a room has none."""
    with contextlib.closing(sqlite3.connect(f"file:{company.data / DATABASE}?mode=ro", uri=True)) as database:
        rooms: list[Room] = []
        for channel in company.channels[:ROOMS]:
            last = database.execute(_SEAM, (channel, channel_stream(channel))).fetchone()[0]
            if last is None:
                raise BenchError("Nothing of the largest rooms was archived.")
            newest = database.execute(_NEWEST, (channel,)).fetchone()[0]
            rooms.append(Room(channel, int(newest), int(last)))
        return rooms, int(database.execute(_ARCHIVED).fetchone()[0])


CASE: Final = Case(
    name="seam",
    about="a room whose history is in the archive, in a browser",
    measure=measure_seam,
    paragraphs=write_seam,
    panels=draw_seam,
    verdicts=judge_seam,
)
