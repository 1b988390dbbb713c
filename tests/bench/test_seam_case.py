"""The case `seam` runs with a real search server and a real browser. Its figures mean nothing here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.__main__ import CASES, QUICK
from bench.build import Programs
from bench.case import Run
from bench.cases.seam import measure_node
from bench.cases.search_copying import COMPANY, remove_indices
from bench.chart import draw_chart
from bench.report import panels_of, verdicts_of
from tests.support.search_servers import SearchServers


def test_rooms_are_scrolled_through_the_seam_and_written_about(tmp_path: Path, search_servers: SearchServers) -> None:
    node = search_servers.elasticsearch
    run = Run(replace(QUICK, messages=3000), Programs(tmp_path, {}, {}), tmp_path, print)
    try:
        measured = measure_node(run, node)
    finally:
        remove_indices(node, COMPANY)
    assert measured["archived"] > 1000
    assert measured["pages"]["archive"]["pages"] > 0
    assert (measured["missing"], measured["gaps"], measured["troubles"], measured["unproven"]) == (0, 0, 0, 0)
    assert measured["bytes_after"] < measured["bytes_before"]
    result = {"seam": measured}
    assert any("none missing" in line for line in verdicts_of(result, CASES))
    assert "Until older lines are there" in draw_chart(panels_of(result, CASES))
    (case,) = (case for case in CASES if case.name == "seam")
    assert any("are in Elasticsearch" in part for part in case.paragraphs(measured))
