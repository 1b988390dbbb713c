"""A bar chart as SVG, readable by day and by night, from nothing but numbers and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 720
LEFT = 210  # names end here, bars begin
BAR = 26
GAP = 10
ROOM = 96  # to the right of the longest bar, for its number

STYLE = """
text{font:14px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.note{font-size:12px;fill:#59636e}
.ours{fill:#0f766e}.theirs{fill:#9aa4b2}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#9198a1}.ours{fill:#2dd4bf}.theirs{fill:#57606a}}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    value: float
    label: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars that share one scale."""

    title: str
    note: str
    bars: Sequence[Bar]


def draw_chart(panels: Sequence[Panel]) -> str:
    """The panels, one below the other."""
    parts: list[str] = []
    top = 8
    for panel in panels:
        drawn, top = _draw_panel(panel, top)
        parts += drawn
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = escape("; ".join(panel.title for panel in panels))
    return "\n".join([head, f"<title>{title}</title>", f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def _draw_panel(panel: Panel, top: int) -> tuple[list[str], int]:
    longest = max(bar.value for bar in panel.bars) or 1
    parts = [
        f'<text class="title" x="8" y="{top + 16}">{escape(panel.title)}</text>',
        f'<text class="note" x="8" y="{top + 34}">{escape(panel.note)}</text>',
    ]
    top += 46
    for bar in panel.bars:
        length = round(bar.value / longest * (WIDTH - LEFT - ROOM), 1)
        middle = top + BAR // 2 + 5
        colour = "ours" if bar.ours else "theirs"
        parts += [
            f'<text x="{LEFT - 10}" y="{middle}" text-anchor="end">{escape(bar.name)}</text>',
            f'<rect class="{colour}" x="{LEFT}" y="{top}" width="{length}" height="{BAR}" rx="3"/>',
            f'<text x="{LEFT + length + 8}" y="{middle}">{escape(bar.label)}</text>',
        ]
        top += BAR + GAP
    return parts, top + 12
