"""A run's summary for people: on a terminal, as the results in docs/faults.md, and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from tests.faults.harness.plan import KILLS_OF, Blow, Trouble
from tests.faults.harness.summary import Summary

ROOT: Final = Path(__file__).resolve().parents[3]
DOCUMENT: Final = ROOT / "docs" / "faults.md"
PICTURE: Final = ROOT / "docs" / "images" / "faults.svg"
BEGIN: Final = "<!-- results: written by `make faults ARGS=--publish` -->"
END: Final = "<!-- end of results -->"

KILLS: Final = frozenset({Blow.KILL, Blow.KILL_STARTING, Blow.KILL_PAUSED, Blow.KILL_FULL})
WIDTH: Final = 720
PLOT_TOP: Final = 30
PLOT: Final = 120
ROWS: Final = ("SIGKILL", "other strikes and rests", "network faults")
ROW: Final = 20
STYLE: Final = """
text{font:12px system-ui,sans-serif;fill:#59636e}.title{font-size:14px;font-weight:600;fill:#1f2328}
.rate{fill:#0f766e}.row0{stroke:#cf222e}.row1{stroke:#9a6700}.row2{stroke:#8250df;opacity:.45}
@media(prefers-color-scheme:dark){text{fill:#9198a1}.title{fill:#e6edf3}.rate{fill:#2dd4bf}
.row0{stroke:#ff7b72}.row1{stroke:#d29922}.row2{stroke:#bc8cff}}
"""


def tell(summary: Summary) -> str:
    """A few lines, and everything that is wrong."""
    lines = [
        f"{summary['acknowledged']:,} posts acknowledged, {summary['kills']} SIGKILLs, "
        f"{summary['network_faults']:,} network faults in {summary['seconds']:.0f} s; seed {summary['seed']}.",
    ]
    for verdict in summary["verdicts"]:
        lines.append(f"{'broken' if verdict['problems'] else 'holds '}  {verdict['name']}")
        lines += [f"        {problem[:1000]}" for problem in verdict["problems"]]
    if not summary["ok"]:
        lines.append(f"The same faults again: make faults ARGS='{summary['asked']}'")
    return "\n".join(lines)


def publish(summary: Summary) -> None:
    """Write the picture, and replace what stands between the marks in docs/faults.md."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(before + "\n\n".join([BEGIN, *write_results(summary), END]) + after, encoding="utf-8")
    PICTURE.write_text(draw(summary), encoding="utf-8")


def write_results(summary: Summary) -> list[str]:
    """Paragraphs and tables in Markdown."""
    machine = summary["machine"]
    minutes, seconds = divmod(round(summary["seconds"]), 60)
    return [
        f"On {summary['date']}, in {minutes} minutes {seconds} seconds, with seed {summary['seed']}: "
        f"**{summary['acknowledged']:,} acknowledged posts, {summary['kills']} SIGKILLs, "
        f"{summary['network_faults']:,} network faults.** "
        + ("All invariants held." if summary["ok"] else "**Not all invariants held.**"),
        f"![Acknowledged posts over time, and what struck when](images/{PICTURE.name})",
        table(
            ("invariant", "found wrong"),
            [(verdict["name"], str(len(verdict["problems"]) or "nothing")) for verdict in summary["verdicts"]],
        ),
        table(("what struck", "times"), [(name, f"{count:,}") for name, count in summary["faults"].items()]),
        table(
            ("what people did", "begun", "acknowledged"),
            [(f"`{kind}`", f"{begun:,}", f"{done:,}") for kind, (begun, done) in summary["operations"].items()],
        ),
        table(("besides", ""), facts(summary)),
        f"Machine: {machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, Linux {machine['kernel']}, "
        f"Python {machine['python']}, SQLite {machine['sqlite']}, Hubbub {machine['hubbub']}. Again: "
        f'`make faults ARGS="{summary["asked"]}"`',
    ]


def facts(summary: Summary) -> list[tuple[str, str]]:
    retried = ", ".join(f"{count:,} × `{code}`" for code, count in sorted(summary["retried"].items()))
    return [
        ("people, and the devices they are on", f"{summary['people']}, {summary['clients']}"),
        ("connections, of these resumed", f"{summary['connections']:,}, {summary['resumed']:,}"),
        ("streams reset and fetched afresh", f"{summary['resets']:,}"),
        ("events in the logs", f"{summary['events']:,}"),
        ("events heard by all together", f"{summary['heard']:,}"),
        ("commands that a break left without an answer", f"{summary['unanswered']:,}"),
        ("answers that said: try again", retried or "none"),
        ("posts sent once more in the end, with their key", f"{summary['sent_again']:,}"),
        ("states compared with fresh ones", f"{summary['compared']:,}"),
        (
            "starts of the server, median and longest",
            f"{summary['starts']:,}, {summary['start_median']} s, {summary['start_longest']} s",
        ),
        (
            "without an acknowledgement around a restart, median and longest",
            f"{summary['back_median']} s, {summary['back_longest']} s",
        ),
    ]


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def draw(summary: Summary) -> str:
    """Acknowledged posts a second as an area, and below it a stroke for everything that struck."""
    height = PLOT_TOP + PLOT + 24 + ROW * len(ROWS) + 8
    per_second = len(summary["timeline"]) / max(summary["seconds"], 0.001)
    most = max(summary["timeline"]) or 1
    width = WIDTH / len(summary["timeline"])
    bars = [
        f'<rect class="rate" x="{place * width:.1f}" y="{PLOT_TOP + PLOT * (1 - count / most):.1f}" '
        f'width="{width:.2f}" height="{PLOT * count / most:.1f}"/>'
        for place, count in enumerate(summary["timeline"])
        if count
    ]
    title = f"Acknowledged posts a second (at most {most * per_second:,.0f}), and what struck when"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            f'<text class="title" x="0" y="18">{escape(title)}</text>',
            *bars,
            *(_draw_row(summary, row) for row in range(len(ROWS))),
            "</svg>",
            "",
        ]
    )


def _draw_row(summary: Summary, row: int) -> str:
    top = PLOT_TOP + PLOT + 8 + row * (ROW + 6)
    struck = [(at, what) for at, what in summary["marks"] if row_of(what) == row]
    count = sum(KILLS_OF.get(Blow(what), 1) if row == 0 else 1 for _, what in struck)
    scale = WIDTH / max(summary["seconds"], 0.001)
    strokes = "".join(f"M{at * scale:.1f} {top + 14}v8" for at, _ in struck)
    return (
        f'<text x="0" y="{top + 11}">{escape(ROWS[row])}: {count:,}</text>'
        f'<path class="row{row}" d="{strokes}" stroke-width="1.2"/>'
    )


def row_of(what: str) -> int:
    if what in set(Trouble):
        return 2
    return 0 if what in KILLS else 1
