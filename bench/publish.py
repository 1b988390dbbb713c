"""`python -m bench.publish bench/results/NAME.json`: put that run's figures into docs/performance.md."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.__main__ import CASES
from bench.build import BENCH
from bench.report import Result, write_tables

DOCUMENT = BENCH.parent / "docs" / "performance.md"
BEGIN = "<!-- figures: written by bench/publish.py -->"
END = "<!-- end of figures -->"


def publish(results: Path, document: Path) -> None:
    """Replace what stands between the marks in `document`; nothing else of it changes."""
    result: Result = json.loads(results.read_text(encoding="utf-8"))
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    stem = f"../bench/results/{results.stem}"
    source = f"From [{results.stem}]({stem}.md) ([JSON]({stem}.json)):"
    tables = [
        part.replace("## ", "### ", 1) if part.startswith("## ") else part
        for part in write_tables(result, CASES, f"{stem}.svg")
    ]
    figures = "\n\n".join([BEGIN, source, *tables, END])
    document.write_text(before + figures + after, encoding="utf-8")


if __name__ == "__main__":
    publish(Path(sys.argv[1]), DOCUMENT)
