"""The list: a room of 100,000 messages scrolled through, 500 channels switched between, the first load of a room."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.build import BenchError
from bench.case import Case, Measured, Run
from bench.cases.list_browser import (
    measure_load,
    measure_memory,
    measure_scroll,
    measure_switches,
    open_browser,
    open_page,
)
from bench.cases.list_page import STEP_PX, draw_list, judge_list, write_list
from bench.cases.scene import start_server
from bench.cases.tables import milliseconds
from bench.cases.town import Person, add_channels, add_messages, add_people, add_sessions, nobody_listens
from hubbub.domain.ids import new_id
from hubbub.domain.intents import PostMessage
from hubbub.main import WEB_TREE
from hubbub.store.sqlite import Store, open_store

MESSAGES: Final = 100_000
CHANNELS: Final = 500  # the most one may be in
EACH: Final = 60  # messages in each of the channels
PEOPLE: Final = 12
AT_ONCE: Final = 2000
MINUTE_MS: Final = 60_000

WORDS: Final = (
    "Morning! The release candidate has been running since yesterday, and memory is flat.",
    "Yes.",
    "Could somebody look at the **backup page** before Friday? I am half way, and `hubbub verify` says all is well.",
    "早上好！昨天的试运行很顺利，大家都说比以前快多了。",
    "- the texts\n- the pictures\n- a name for the release",
    "See https://example.org/notes for what was said last time, there is a long list of things that could wait and "
    "some that could not. I would begin with the second part, because the first one has an answer already.",
    "👍",
    "```sh\nkill -TERM $(pidof -s hubbub)\nhubbub serve --data /srv/chat\n```",
)


@dataclass(frozen=True, slots=True)
class Size:
    messages: int
    channels: int
    each: int
    again: int  # rooms that are opened a second time

    @property
    def besides(self) -> int:
        """Rooms besides the long one and the one that everybody is in."""
        return self.channels - 2


FULL: Final = Size(MESSAGES, CHANNELS, EACH, 100)
QUICK: Final = Size(600, 12, 20, 8)


def measure_list(run: Run) -> Measured:
    """One reader in Chromium, on a server that does nothing else."""
    if not (WEB_TREE / "server" / "server.js").is_file():
        raise BenchError("The pages are not built: run `make web`.")
    size = QUICK if run.options.quick else FULL
    run.tell(f"making {size.messages:,} messages in one room, and {size.besides} rooms besides")
    data = run.folder / "data"
    data.mkdir()
    now = time.time_ns() // 1_000_000
    reader = Person(new_id(now), secrets.token_urlsafe(32))
    room = asyncio.run(fill(data, size, reader, now))
    server, address = start_server(run, data, pages=True, settings={})
    try:
        return {"size": {"messages": size.messages, "channels": size.channels}} | _read(
            run, size, f"http://{address}", reader, room
        )
    finally:
        server.stop()


def _read(run: Run, size: Size, origin: str, reader: Person, room: str) -> Measured:
    with open_browser() as browser:
        loads = []
        for _ in range(1 if run.options.quick else 5):
            page = open_page(browser, origin, reader.token)
            loads.append(measure_load(page, f"/c/{room}"))
            page.context.close()
        run.tell(f"first load: {[milliseconds(one['lcp_us']) for one in loads]} ms to the largest paint")
        page = open_page(browser, origin, reader.token)
        measure_load(page, f"/c/{room}")
        before = measure_memory(page)
        scrolls = []
        for way, goal in ((-STEP_PX, 1), (STEP_PX, size.messages)):
            scrolls.append(measure_scroll(page, way, goal, most=size.messages))
            run.tell(f"scrolled through: {scrolls[-1]}")
        memory = {"before": before, "after": measure_memory(page)}
        names = [name_of(number) for number in range(size.besides)]
        switches = {"first": measure_switches(page, names), "again": measure_switches(page, names[-size.again :])}
        run.tell(f"switched: {switches}")
        memory["after_switching"] = measure_memory(page)
    return {"loads": loads, "scrolls": scrolls, "memory": memory, "switches": switches}


async def fill(data: Path, size: Size, reader: Person, now: int) -> str:
    """Somebody who is in all rooms, and others who talk there; the id of the long room."""
    people = [reader, *(Person(new_id(now), secrets.token_urlsafe(32)) for _ in range(PEOPLE - 1))]
    store = await open_store(data, on_commit=nobody_listens, clock=lambda: now)
    try:
        await store.writer.submit(add_people, (people, 0, "!", now))
        await store.writer.submit(add_sessions, (people, now))
        rooms = [(name_of(number), new_id(now), people) for number in range(size.besides)]
        long = new_id(now)
        await store.writer.submit(add_channels, ([("long", long, people)], now))
        for start in range(0, len(rooms), 50):
            await store.writer.submit(add_channels, (rooms[start : start + 50], now))
        for _, channel, _ in rooms:
            await store.writer.submit(add_messages, list(talk(people, channel, 0, size.each, now)))
        await _fill_long(store, people, long, size.messages, now)
        return long
    finally:
        await store.close()


async def _fill_long(store: Store, people: list[Person], channel: str, count: int, now: int) -> None:
    for start in range(0, count, AT_ONCE):
        part = list(talk(people, channel, start, min(start + AT_ONCE, count), now - count * MINUTE_MS))
        await store.writer.submit(add_messages, part)


def talk(people: list[Person], channel: str, start: int, end: int, since: int) -> Iterator[PostMessage]:
    """Messages a minute apart, one to four of one person's behind each other."""
    for number in range(start, end):
        author = people[(number // 4 + number // 3) % len(people)].id
        text = f"{WORDS[number * 7 % len(WORDS)]}\n\n({number + 1})"
        yield PostMessage(author, channel, text, None, since + number * MINUTE_MS)


def name_of(number: int) -> str:
    return f"room{number:03}"


CASE: Final = Case(
    name="list",
    about="a long room scrolled through and channels switched in a browser",
    measure=measure_list,
    paragraphs=write_list,
    panels=draw_list,
    verdicts=judge_list,
)
