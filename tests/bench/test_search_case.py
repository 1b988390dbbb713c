"""The case `search` runs, with the embedded index and with real search servers. Its figures mean nothing here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.__main__ import CASES, QUICK
from bench.build import Programs
from bench.case import Run
from bench.cases.search import build_small, measure_engine
from bench.cases.search_copying import COMPANY, Curve, make_documents, remove_indices
from bench.cases.search_page import draw_search, judge_search, write_search
from bench.cases.search_questions import draw_questions
from bench.report import write_page
from tests.bench.test_bench import run as run_bench
from tests.support.search_servers import SearchServers


def test_everything_is_searched_for_in_the_embedded_index_and_written_about() -> None:
    result = run_bench("--only", "search", "--engines", "none")
    embedded = result["search"]["embedded"]
    assert embedded["events_per_second"] > 0
    assert embedded["index_bytes"] > 0
    found = {one["kind"]: one["found"] for one in embedded["searches"]}
    assert found["nothing found"] == 0
    assert all(found[kind] > 0 for kind in ("a common English word", "a rare word", "a Chinese phrase", "three words"))
    assert all(one["asked"] and not one["refused"] for one in embedded["searches"])
    assert [one["name"] for one in embedded["flows"]] == ["no index", "embedded index"]
    assert {one["page"] for one in embedded["history"]} == {"newest", "anywhere"}
    page = write_page(result, CASES, "picture.svg")
    assert "## Searching in" in page
    assert "Pages of history" in page


def test_a_search_server_is_filled_followed_and_searched(tmp_path: Path, search_servers: SearchServers) -> None:
    node = search_servers.elasticsearch
    run = Run(replace(QUICK, messages=1000), Programs(tmp_path, {}, {}), tmp_path, print)
    company = build_small(run)
    questions = draw_questions(1000, len(company.tokens), len(company.channels), each=2)
    try:
        measured = measure_engine(run, company, questions, make_documents(company), node)
    finally:
        remove_indices(node, COMPANY)
    (one,) = measured["copying"]["rounds"]
    assert min(one["follower"], one["bare"], measured["copying"]["single"]["per_second"]) > 0
    assert measured["whole"]["documents"] > 2000
    assert {by for one in measured["searches"] for by in one["engines"]} == {"elasticsearch"}
    without, following = measured["flows"]
    assert "lag" not in without
    assert following["lag"]["probed"] > 0
    assert following["lag"]["missing"] == 0
    assert measured["archive"]["removed"] > 0
    assert measured["archive"]["unproven"] == 0
    assert [page["where"] for page in measured["archive"]["history"]] == ["elasticsearch"]
    embedded = {"events_per_second": 1, "index_bytes": 1, "database_bytes": 1, "history": [], "flows": []}
    whole = {
        "messages": 1000,
        "embedded": {**embedded, "searches": measured["searches"]},
        "engines": {"elasticsearch": measured},
        "missing": {"opensearch": "not asked for"},
    }
    assert any("bare bulk writer" in part for part in write_search(whole))
    assert len(draw_search(whole)) == 3
    assert len(judge_search(whole)) == 3


def test_a_rate_is_read_between_the_looks() -> None:
    curve = Curve([(0, 10.0), (100, 11.0), (300, 12.0)])
    assert curve.rate(50, 200) == 150.0
