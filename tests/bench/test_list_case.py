"""The case `list` runs in a browser and is written about. Its figures mean nothing here."""

from __future__ import annotations

from bench.__main__ import CASES
from bench.cases.list import QUICK
from bench.chart import draw_chart
from bench.report import panels_of, verdicts_of, write_page
from tests.bench.test_bench import run


def test_a_room_is_scrolled_through_and_channels_are_switched_and_written_about() -> None:
    result = run("--only", "list", "--peers", "none")
    measured = result["list"]
    assert [one["reached"] for one in measured["scrolls"]] == [True, True]
    assert all(0 < one["rows_most"] <= 300 for one in measured["scrolls"])
    assert measured["switches"]["first"]["count"] == QUICK.besides
    assert measured["switches"]["again"]["count"] == QUICK.again
    assert measured["loads"][0]["script_bytes_gzip"] > 0
    page = write_page(result, CASES, "picture.svg")
    assert "## The list of messages" in page
    assert any(line.startswith("List: scrolled through") for line in verdicts_of(result, CASES))
    assert "Opening a channel" in draw_chart(panels_of(result, CASES))
