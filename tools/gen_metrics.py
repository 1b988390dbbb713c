"""Writes `docs/metrics.md` from the catalogue of metrics; `--check` fails when it is stale."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

from hubbub.metrics.catalogue import METRICS, Metric

TARGET = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"
HEAD = """\
<!-- Written by tools/gen_metrics.py; do not edit. -->
# Metrics

`GET /metrics` in the text formats of Prometheus and OpenMetrics. Who may read it, how Prometheus is told, and what to
be woken by: [operate.md](operate.md#watching-it).

All of it is since the start, or of this moment, of this process. Nothing is added up until somebody asks.

"""
TABLE = "| name | kind | label | meaning |\n|---|---|---|---|\n"
STANDARD = """
What prometheus-client tells of any process on Linux, and of Python's collector of cyclic garbage:

"""


def row(name: str, kind: str, label: str, text: str) -> str:
    return f"| `{name}` | {kind} | {f'`{label}`' if label else '–'} | {text} |\n"


def row_of(metric: Metric) -> str:
    return row(metric.name, metric.kind, metric.label, metric.help)


def standard_rows() -> list[str]:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    rows = []
    for family in registry.collect():
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = {label for sample in family.samples for label in sample.labels}
        rows.append(row(name, family.type, ", ".join(sorted(labels)), family.documentation.rstrip(".") + "."))
    return rows


def main(arguments: Sequence[str]) -> int:
    text = HEAD + TABLE + "".join(map(row_of, METRICS)) + STANDARD + TABLE + "".join(standard_rows())
    if "--check" in arguments:
        if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        print("docs/metrics.md is stale: run python -m tools.gen_metrics", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
