"""The cases of Hubbub alone run, and are written about and drawn. Their figures mean nothing here."""

from __future__ import annotations

from bench.__main__ import CASES
from bench.cases.tables import median_of, milliseconds
from bench.chart import draw_chart
from bench.report import panels_of, verdicts_of, write_page
from tests.bench.test_bench import run


def test_people_post_come_back_and_breathe_and_are_written_about() -> None:
    result = run("--only", "posts,resume,breath", "--peers", "none")
    assert sum(one["posts"] for one in result["posts"]["summary"]["variants"]) > 0  # a busy machine answers few in time
    assert result["posts"]["summary"]["floor"]["p50"] > 0
    assert [storm["caught_up_us"]["count"] for storm in result["resume"]["storms"]] == [result["resume"]["count"]]
    assert sum(one["running_us"]["count"] for one in result["breath"]["summary"]) > 0
    page = write_page(result, CASES, "picture.svg")
    assert "## Durable posts" in page
    assert "come back at once" in page
    assert "members are written to" in page
    assert len(verdicts_of(result, CASES)) >= 4
    assert "Durable posts acknowledged a second" in draw_chart(panels_of(result, CASES))


def test_a_median_is_taken_of_every_number_at_any_depth() -> None:
    rounds = [
        {"a": 1, "b": {"c": 9.5, "name": "x"}},
        {"a": 5, "b": {"c": 0.5, "name": "x"}},
        {"a": 2, "b": {"c": 1, "name": "x"}},
    ]
    assert median_of(rounds) == {"a": 2, "b": {"c": 1, "name": "x"}}


def test_milliseconds_have_as_many_digits_as_mean_something() -> None:
    assert [milliseconds(value) for value in (123, 12_345, 1_234_567)] == ["0.12", "12.3", "1,235"]
