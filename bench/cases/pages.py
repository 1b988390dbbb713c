"""Pages: history over the API, and pages rendered on the server."""

from __future__ import annotations

from typing import Any, Final

from bench.build import BenchError
from bench.case import Case, Measured, Run, write_table
from bench.cases.scene import set_scene
from bench.cases.tables import quantiles
from bench.cases.town import Plan
from bench.chart import Bar, Panel
from hubbub.main import WEB_TREE

PEOPLE: Final = 200
HISTORY: Final = 5000
CLIENTS: Final = (1, 16)


def measure_pages(run: Run) -> Measured:
    """Each page with each number of clients, every client asking again when it has the whole answer."""
    if not (WEB_TREE / "server" / "server.js").is_file():
        raise BenchError("The pages are not built: run `make web`.")
    quick = run.options.quick
    answers: list[dict[str, Any]] = []
    with set_scene(run, Plan(PEOPLE, history=100 if quick else HISTORY), pages=True) as scene:
        common = scene.town.common
        pages = {
            "history, newest 100 (JSON)": f"/api/channels/{common}/messages?limit=100",
            "history, 100 in the middle (JSON)": f"/api/channels/{common}/messages?limit=100&before={HISTORY // 2}",
            "channel page (HTML, rendered)": f"/c/{common}",
            "log-in page (HTML, rendered)": "/login",
        }
        for name, path in pages.items():
            for clients in CLIENTS:
                warmup, seconds = (0.5, 1.0) if quick else (2.0, run.options.seconds)
                measured = scene.people.ask("get", path, clients, warmup, seconds)
                run.tell(f"{name}, {clients} clients: {measured['per_second']:,.0f}/s")
                answers.append({"page": name, **measured})
    return {"history": HISTORY, "answers": answers}


def write_pages(measured: Measured) -> list[str]:
    rows = [
        [
            one["page"],
            f"{one['clients']}",
            f"**{one['per_second']:,.0f}**",
            quantiles(one["first_byte_us"]),
            quantiles(one["whole_us"]),
            f"{one['bytes'] / 1024:.0f}",
        ]
        for one in measured["answers"]
    ]
    head = ("page", "clients", "a second", "first byte p50 / p99 ms", "whole p50 / p99 ms", "KiB")
    return [
        "## Pages",
        f"A channel of {measured['history']:,} messages, over connections kept open, uncompressed. Python and Node, "
        "which renders the pages, share one core here.",
        write_table(head, rows),
    ]


def draw_pages(measured: Measured) -> list[Panel]:
    bars = [
        Bar(one["page"].partition(" (")[0], one["per_second"], f"{one['per_second']:,.0f}", True)
        for one in measured["answers"]
        if one["clients"] == max(CLIENTS)
    ]
    return [Panel("Pages a second", f"{max(CLIENTS)} clients; Python and Node on one core", bars)]


CASE: Final = Case(
    name="pages",
    about="history and rendered pages",
    measure=measure_pages,
    paragraphs=write_pages,
    panels=draw_pages,
)
