"""Scrolling rooms in a real Chromium, from the newest line up, and how long each page of older lines lets wait.

The reader is as quick as can be: at the topmost line that is drawn in each frame. Of each page of older lines two
things are measured: its whole way, from the request to the frame in which its first line is drawn (Python, the database
or the archive, JSON, React), and how long there was nothing more to see meanwhile: older lines are asked for before the
top is reached, so who scrolls slower does not wait at all.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Error, Page, async_playwright

from bench.build import BenchError
from bench.case import Measured, Run
from bench.cases.search_asking import quantiles_of
from bench.processes import LOAD_CORE, on_core

CHROMIUM: Final = Path(os.environ.get("HUBBUB_TEST_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS: Final = 30_000
WARM: Final = 3  # pages of each room that do not count: the browser compiles what is used often
KINDS: Final = ("sql", "seam", "archive")
TOLD: Final = 50  # pages between two words on how far it is

# Runs before the page's own scripts: what the answers hold is noted where they arrive, since a list may keep lines that
# it does not draw.
_NOTE: Final = r"""
(() => {
  const real = window.fetch;
  const bench = (window.bench = { lowest: Infinity, seen: new Set(), gaps: 0, pages: [], waiting: undefined });
  window.fetch = async (...asked) => {
    const at = performance.now();
    const answer = await real(...asked);
    if (/\/messages\?before=/.test(String(asked[0])) && answer.ok)
      answer.clone().json().then(({ messages }) => {
        const numbers = messages.flatMap((line) => line.number ?? []);
        numbers.forEach((number) => bench.seen.add(number));
        bench.lowest = Math.min(bench.lowest, ...numbers);
        bench.pages.push({ from: Math.max(...numbers), to: Math.min(...numbers), at });
      });
    return answer;
  };
  const box = () => document.querySelector('[data-testid="scroll"]');
  const frame = () => new Promise(requestAnimationFrame);
  // What is drawn, and whether each line follows the one above it.
  const look = () => {
    const rows = [...box().querySelectorAll('[id^="m"]')].filter(({ id }) => /^m\d+$/.test(id));
    const numbers = rows.map(({ id }) => Number(id.slice(1)));
    for (const [place, number] of numbers.entries()) {
      if (place > 0 && number !== numbers[place - 1] + 1) bench.gaps += 1;
      bench.seen.add(number);
    }
    bench.lowest = Math.min(bench.lowest, numbers[0]);
    return { top: rows[0], first: numbers[0] };
  };
  // The reader goes to the topmost line that is drawn, frame by frame, until one of the next page's is drawn: that
  // page's numbers, how long it took from its request, and how long the reader had nothing more to see; null when it
  // takes longer than the patience. Milliseconds.
  bench.older = async (patience) => {
    const deadline = performance.now() + patience;
    while (performance.now() < deadline) {
      const { top, first } = look();
      const now = performance.now();
      if (bench.pages.length > 0 && first <= bench.pages[0].from) {
        const { from, to, at } = bench.pages.shift();
        const waited = bench.waiting === undefined ? 0 : now - bench.waiting;
        bench.waiting = undefined;
        return { from, to, took: now - at, waited };
      }
      if (first === bench.lowest) bench.waiting ??= now;
      const by = top.getBoundingClientRect().top - box().getBoundingClientRect().top - 64;
      if (Math.abs(by) > 1) box().scrollBy({ top: by, behavior: "instant" });
      await frame();
    }
    return null;
  };
  // How many lines came, and how many did not, of those between the newest and the oldest that did.
  bench.told = (newest) => {
    const { seen, gaps } = bench;
    return { lines: seen.size, missing: newest - Math.min(...seen) + 1 - seen.size, gaps };
  };
})();
"""


@dataclass(frozen=True, slots=True)
class Room:
    """`newest`: its last message's number; `seam`: that of the last one which is in the archive alone."""

    channel: str
    newest: int
    seam: int


@dataclass(frozen=True, slots=True)
class _Page:
    """`took_us`: from the request to the frame that has its first line; `waited_us`: how much of it was waited for."""

    where: str
    took_us: float
    waited_us: float


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read of one room. `told`: lines that came, and what was wrong with them; `troubles`: what the browser
    complained of."""

    pages: list[_Page]
    told: dict[str, int]
    troubles: int


def read_rooms(run: Run, address: str, token: str, rooms: Sequence[Room], *, beyond: int) -> Measured:
    """Each room from its newest line to `beyond` pages behind its seam. Raises `BenchError` when the browser cannot be
    had, a page does not come, or the pages say that something is wrong."""
    if not CHROMIUM.exists():
        raise BenchError(f"It needs Chromium ({CHROMIUM}, or what HUBBUB_TEST_CHROMIUM names).")
    try:
        read = asyncio.run(_read(run, f"http://{address}", token, rooms, beyond))
    except Error as error:
        raise BenchError(f"The browser failed: {error}") from error
    kinds = {kind: [one for room in read for one in room.pages if one.where == kind] for kind in KINDS}
    return {
        **{name: sum(room.told[name] for room in read) for name in ("lines", "missing", "gaps")},
        "troubles": sum(room.troubles for room in read),
        "pages": {
            kind: {
                "pages": len(pages),
                "took": quantiles_of([page.took_us for page in pages]),
                "waited": quantiles_of([page.waited_us for page in pages]),
            }
            for kind, pages in kinds.items()
        },
    }


async def _read(run: Run, url: str, token: str, rooms: Sequence[Room], beyond: int) -> list[_Read]:
    async with async_playwright() as playwright:
        with on_core(LOAD_CORE, first=False):
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            read: list[_Read] = []
            for place, room in enumerate(rooms):
                run.tell(f"scrolling room{place}: {room.newest:,} messages, {room.seam:,} of them archived")
                read.append(await _read_room(run, browser, url, token, room, beyond))
            return read
        finally:
            await browser.close()


async def _read_room(run: Run, browser: Browser, url: str, token: str, room: Room, beyond: int) -> _Read:
    context = await browser.new_context(base_url=url, locale="en-GB", viewport={"width": 1280, "height": 800})
    try:
        await context.add_cookies([{"name": "session", "value": token, "url": url}])
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        troubles: list[str] = []
        page.on("console", lambda told: troubles.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        await page.add_init_script(_NOTE)
        await page.goto(f"/c/{room.channel}")
        await page.get_by_text(re.compile("^(online|away)$")).first.wait_for()
        pages = await _scroll(run, page, room, beyond)
        for trouble in troubles:
            run.tell(f"the browser says: {trouble}")
        return _Read(pages[WARM:], await page.evaluate(f"bench.told({room.newest})"), len(troubles))
    finally:
        await context.close()


async def _scroll(run: Run, page: Page, room: Room, beyond: int) -> list[_Page]:
    pages: list[_Page] = []
    behind = 0
    while behind < beyond:
        found = await page.evaluate(f"bench.older({PATIENCE_MS})")
        if found is None:
            raise BenchError(f"Lines older than {await page.evaluate('bench.lowest')} do not come.")
        where = "sql" if found["to"] > room.seam else "archive" if found["from"] <= room.seam else "seam"
        pages.append(_Page(where, found["took"] * 1000, found["waited"] * 1000))
        behind += where == "archive"
        if len(pages) % TOLD == 0:
            run.tell(f"{len(pages)} pages; the last one came after {found['took']:.0f} ms ({where})")
        if found["to"] == 1:
            break
    return pages
