"""Scrolling rooms in a real Chromium, from the newest line up, and how long each page of older lines lets wait.

A page is waited for at its worst: the reader is at the top of what is loaded already, and it is the page's whole way
that counts, from the scrolling to the frame in which the older lines are in the document: request, Python, the database
or the archive, JSON, React. Somebody who scrolls slower does not wait at all, since older lines are asked for before
the top is reached.
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
# it does not show.
_NOTE: Final = r"""
(() => {
  const real = window.fetch;
  const numbersOf = (lines) => lines.flatMap((line) => line.number ?? []);
  window.bench = { lowest: Infinity, seen: new Set(), gaps: 0 };
  window.fetch = async (...asked) => {
    const answer = await real(...asked);
    if (/\/messages\?before=/.test(String(asked[0])) && answer.ok)
      answer.clone().json().then(({ messages }) => {
        const numbers = numbersOf(messages);
        window.bench.lowest = Math.min(window.bench.lowest, ...numbers);
        numbers.forEach((number) => window.bench.seen.add(number));
      });
    return answer;
  };
  const box = () => document.querySelector('[data-testid="scroll"]');
  const shown = () =>
    [...box().querySelectorAll('[id^="m"]')].flatMap(({ id }) => (/^m\d+$/.test(id) ? Number(id.slice(1)) : []));
  const frame = () => new Promise(requestAnimationFrame);
  const look = () => {
    const numbers = shown();
    for (const [place, number] of numbers.entries()) {
      if (place > 0 && number !== numbers[place - 1] + 1) window.bench.gaps += 1;
      window.bench.seen.add(number);
    }
    return numbers;
  };
  // To the top, until lines are shown that are older than any that were loaded before: from which to which, and how
  // long that took, in milliseconds; nothing when it takes longer than the patience.
  window.bench.older = async (patience) => {
    const before = Math.min(window.bench.lowest, look()[0]);
    const began = performance.now();
    while (performance.now() - began < patience) {
      box().scrollTo({ top: -box().scrollHeight, behavior: "instant" });
      await frame();
      const first = shown()[0];
      if (first < before) {
        const took = performance.now() - began;
        look();
        return { from: before - 1, to: Math.min(first, window.bench.lowest), took };
      }
    }
    return null;
  };
  // How many lines came, and how many did not, of those between the newest and the oldest that did.
  window.bench.told = (newest) => {
    const { seen, gaps } = window.bench;
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
    where: str
    took_us: float


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
    kinds = {kind: [one.took_us for room in read for one in room.pages if one.where == kind] for kind in KINDS}
    return {
        **{name: sum(room.told[name] for room in read) for name in ("lines", "missing", "gaps")},
        "troubles": sum(room.troubles for room in read),
        "pages": {kind: {"pages": len(taken), **quantiles_of(taken)} for kind, taken in kinds.items()},
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
        pages.append(_Page(where, found["took"] * 1000))
        behind += where == "archive"
        if len(pages) % TOLD == 0:
            run.tell(f"{len(pages)} pages; the last one came after {found['took']:.0f} ms ({where})")
        if found["to"] == 1:
            break
    return pages
