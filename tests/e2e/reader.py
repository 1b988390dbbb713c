"""What a reader of a room sees while scrolling: which messages, in which order, and whether a line moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Page

# Runs in the page before its own scripts. `requests` counts what is asked of the server and not answered yet.
WATCH: Final = """
(() => {
  const real = window.fetch;
  window.reader = { requests: 0 };
  window.fetch = async (...asked) => {
    window.reader.requests += 1;
    try { return await real(...asked); } finally { window.reader.requests -= 1; }
  };
  const box = () => document.querySelector('[data-testid="scroll"]');
  const rows = () => [...box().querySelectorAll('[id^="m"]')].filter((row) => /^m\\d+$/.test(row.id));
  const frame = () => new Promise(requestAnimationFrame);
  // Of a row its text: names and times above it come and go with what is above.
  const line = (row) => row.querySelector(".bubble") ?? row;
  const middle = () => {
    const { top, bottom } = box().getBoundingClientRect();
    const eye = (top + bottom) / 2;
    const distance = (row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top <= eye && eye <= bottom ? 0 : Math.min(Math.abs(top - eye), Math.abs(bottom - eye));
    };
    return rows().reduce((best, row) => (!best || distance(row) < distance(best) ? row : best), undefined);
  };
  // What is shown now, and how each row is made up.
  window.reader.look = () => ({
    rows: rows().map((row) => ({
      number: Number(row.id.slice(1)),
      text: row.querySelector(".bubble")?.textContent ?? "",
      made: row.className,
    })),
    alerts: [...document.querySelectorAll('[role="alert"]')].map((each) => each.textContent).filter(Boolean),
  });
  // Scrolls by so many pixels, waits until everything is quiet, and says how far the line under the eye has moved
  // since the scrolling itself.
  window.reader.scroll = async (pixels, patience) => {
    box().scrollBy({ top: pixels, behavior: "instant" });
    let row = middle();
    let at = row && line(row).getBoundingClientRect().top;
    let moved = 0, quiet = 0, height = 0;
    const deadline = performance.now() + patience;
    while (quiet < 3 && performance.now() < deadline) {
      await frame();
      const same = row && document.getElementById(row.id);
      if (same) moved = Math.max(moved, Math.abs(line(same).getBoundingClientRect().top - at));
      else { row = middle(); at = row && line(row).getBoundingClientRect().top; }
      const still = window.reader.requests === 0 && box().scrollHeight === height;
      quiet = still ? quiet + 1 : 0;
      height = box().scrollHeight;
    }
    return { moved, ...window.reader.look() };
  };
})();
"""


@dataclass(slots=True)
class Reader:
    """Scrolls one page and keeps what was seen: `texts` by number, how the rows are styled (`made`), and the farthest
    that the line under the eye was moved, in pixels."""

    page: Page
    texts: dict[int, str] = field(default_factory=dict)
    made: dict[int, str] = field(default_factory=dict)
    moved: float = 0.0

    async def watch(self) -> None:
        """Before the page is opened."""
        await self.page.add_init_script(WATCH)

    async def look(self) -> list[int]:
        """The numbers that are shown, which follow one another without a gap."""
        return self._note(await self.page.evaluate("reader.look()"))

    async def scroll(self, pixels: int) -> list[int]:
        """Down by so many pixels (up: below zero)."""
        seen: dict[str, Any] = await self.page.evaluate(f"reader.scroll({pixels}, 10_000)")
        self.moved = max(self.moved, seen["moved"])
        return self._note(seen)

    async def scroll_until(self, number: int, pixels: int, most: int = 400) -> None:
        """In steps, until that message is among those shown."""
        for _ in range(most):
            if number in await self.scroll(pixels):
                return
        raise AssertionError(f"{number} is not reached; seen: {min(self.texts)} to {max(self.texts)}")

    def _note(self, seen: dict[str, Any]) -> list[int]:
        assert seen["alerts"] == []
        numbers = [row["number"] for row in seen["rows"]]
        assert numbers, "no message is shown"
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers
        for row in seen["rows"]:
            self.texts[row["number"]] = row["text"]
            self.made[row["number"]] = row["made"]
        return numbers
