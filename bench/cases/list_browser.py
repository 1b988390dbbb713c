"""What the case `list` does in Chromium: scripts that run in the page and answer with figures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.build import BenchError
from hubbub.main import WEB_TREE

CHROMIUM: Final = Path(os.environ.get("HUBBUB_TEST_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
VIEW: Final = {"width": 1440, "height": 900}
# A frame at sixty a second.
FRAME_MS: Final = 1000 / 60
PATIENCE_MS: Final = 60_000

# Before anything of the page runs.
WATCH: Final = """
window.seen = { lcp: 0, cls: 0, long: [] };
const watch = (type, take) =>
  new PerformanceObserver(list => list.getEntries().forEach(take)).observe({ type, buffered: true });
watch('largest-contentful-paint', entry => { seen.lcp = entry.startTime });
watch('layout-shift', entry => { if (!entry.hadRecentInput) seen.cls += entry.value });
watch('longtask', entry => { seen.long.push(entry.duration) });
"""

# Scrolls by `step` pixels in every frame until the message `goal` is in view, or `most` frames have passed.
SCROLL: Final = """
({ step, goal, most }) => new Promise(done => {
  const box = document.querySelector('[data-testid=scroll]');
  const frames = [];
  let before, rows = 0, blank = 0, reached = false;
  seen.long.length = 0;
  const middle = [box.getBoundingClientRect().left + box.clientWidth / 2, innerHeight / 2];
  const frame = now => {
    if (before !== undefined) frames.push(now - before);
    before = now;
    rows = Math.max(rows, document.querySelectorAll('li.message').length);
    if (!document.elementFromPoint(...middle)?.closest('li')) blank++;
    const row = document.getElementById(`m${goal}`)?.getBoundingClientRect();
    reached = row !== undefined && row.bottom > 60 && row.top < innerHeight;
    if (reached || frames.length >= most) {
      return setTimeout(() => done({ frames, rows, blank, reached, long: [...seen.long] }), 300);
    }
    box.scrollTop += step;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})
"""

# Opens each channel by its link in the list; the time until a frame with its messages was drawn.
SWITCH: Final = """
async names => {
  const links = new Map([...document.querySelectorAll('a.channel')].map(link => [
    link.querySelector('.channel-name').firstChild.textContent, link]));
  const frame = () => new Promise(requestAnimationFrame);
  const times = [], missing = [];
  seen.long.length = 0;
  for (const name of names) {
    const link = links.get(name);
    if (!link) { missing.push(name); continue }
    const began = performance.now();
    link.click();
    for (;;) {
      const shown = document.querySelector('main.room .bar-title h1 span')?.textContent === name;
      if (shown && document.querySelector('li.message')) break;
      if (performance.now() - began > 20000) { missing.push(name); break }
      await frame();
    }
    await frame();
    times.push(performance.now() - began);
    // Whoever has opened a room looks at it.
    await new Promise(rest => setTimeout(rest, 60));
  }
  return { times, missing, long: [...seen.long] };
}
"""


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium without a window. Raises `BenchError` where there is none."""
    if not CHROMIUM.is_file():
        raise BenchError(f"There is no Chromium at {CHROMIUM} (HUBBUB_TEST_CHROMIUM says where it is).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Browser, origin: str, token: str) -> Page:
    """A page of somebody who is logged in, in a context of its own."""
    context = browser.new_context(base_url=origin, viewport=VIEW, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "session", "value": token, "url": origin}])
    page = context.new_page()
    page.add_init_script(WATCH)
    return page


def measure_load(page: Page, path: str) -> dict[str, Any]:
    """The first load of a page, with nothing in any cache; times from the navigation's beginning."""
    page.goto(path)
    page.get_by_text("online", exact=True).first.wait_for()
    page.evaluate("new Promise(rest => setTimeout(rest, 500))")
    seen = page.evaluate("({ lcp: seen.lcp, cls: seen.cls, long: [...seen.long] })")
    scripts = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => /\\.js$/.test(name))"
    )
    return {
        "lcp_us": round(seen["lcp"] * 1000),
        "cls": round(seen["cls"], 4),
        "long_ms": [round(each) for each in seen["long"]],
        "script_bytes_gzip": sum(_gzip_size(urlsplit(each).path) for each in set(scripts)),
    }


def measure_scroll(page: Page, step: int, goal: int, most: int) -> dict[str, Any]:
    """A scroll by `step` pixels a frame to the message numbered `goal`."""
    told = page.evaluate(SCROLL, {"step": step, "goal": goal, "most": most})
    frames = sorted(told["frames"])
    return {
        "reached": told["reached"],
        "frames": len(frames),
        "seconds": round(sum(frames) / 1000, 1),
        "dropped": sum(round(each / FRAME_MS) - 1 for each in frames if each > FRAME_MS * 1.5),
        "frame_us": quantiles_of(frames),
        "long_tasks": len(told["long"]),
        "longest_task_ms": round(max(told["long"], default=0)),
        "rows_most": told["rows"],
        "blank_frames": told["blank"],
    }


def measure_switches(page: Page, names: list[str]) -> dict[str, Any]:
    told = page.evaluate(SWITCH, names)
    if told["missing"]:
        raise BenchError(f"{len(told['missing'])} rooms were not shown, {told['missing'][0]} the first.")
    return {
        "count": len(told["times"]),
        "us": quantiles_of(sorted(told["times"])),
        "long_tasks": len(told["long"]),
        "longest_task_ms": round(max(told["long"], default=0)),
    }


def measure_memory(page: Page) -> int:
    """Bytes of the page's JavaScript heap, after a collection."""
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    return int(next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize"))


def quantiles_of(milliseconds: list[float]) -> dict[str, int]:
    """p50, p95, p99 and the longest, in microseconds, of sorted times."""
    count = len(milliseconds)
    places = {name: min(count - 1, int(count * share)) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
    return {name: round(milliseconds[place] * 1000) for name, place in {**places, "longest": count - 1}.items()}


def _gzip_size(path: str) -> int:
    file = WEB_TREE / "static" / path.removeprefix("/_next/static/")
    packed = file.with_name(f"{file.name}.gz")
    return (packed if packed.is_file() else file).stat().st_size
