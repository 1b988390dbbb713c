"""/metrics: what it tells, and that nobody on the internet reads it."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hubbub.metrics.catalogue import METRICS
from tests.support.composed import serve_here
from tests.support.server import free_port

TOKEN = "a token of thirty-two characters".replace(" ", "-")
DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


async def ask(url: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        return await client.get("/metrics", headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_every_number_is_told_and_documented_and_nothing_else(tmp_path: Path) -> None:
    async with serve_here(tmp_path / "data") as server:
        answer = await ask(server.address)
        again = await ask(server.address)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = {family.name: family for family in text_string_to_metric_families(answer.text)}
    ours = {metric.name.removesuffix("_total"): metric.kind for metric in METRICS}
    assert {name: told[name].type for name in told if name.startswith("hubbub_")} == ours
    documented = set(re.findall(r"^\| `(\w+)` \|", DOCUMENTED.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name + ("_total" if told[name].type == "counter" else "") for name in told} == documented
    assert all(family.documentation for family in told.values())
    assert 'hubbub_http_request_seconds_count{status="2xx"} 1.0' in again.text


async def test_what_is_measured_but_not_told_is_a_mistake(tmp_path: Path) -> None:
    async with serve_here(tmp_path / "data") as server:
        assert set(server.read()) == {metric.source for metric in METRICS}, "see metrics/catalogue.py"


def test_the_dashboard_and_the_guide_ask_for_nothing_that_is_not_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", DOCUMENTED.read_text(encoding="utf-8"), re.MULTILINE))
    told |= {f"{metric.name}_{end}" for metric in METRICS for end in ("bucket", "sum", "count")}
    for name in ("grafana.json", "operate.md"):
        text = (DOCUMENTED.parent / name).read_text(encoding="utf-8")
        asked = set(re.findall(r"\b(?:hubbub|process)_\w+\b", text))
        assert len(asked) >= 7
        assert asked <= told, name


async def test_open_metrics_is_spoken_where_it_is_asked_for(tmp_path: Path) -> None:
    async with serve_here(tmp_path / "data") as server:
        answer = await ask(server.address, accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")


async def test_it_is_read_and_nothing_else(tmp_path: Path) -> None:
    async with serve_here(tmp_path / "data") as server, httpx.AsyncClient(base_url=server.address) as client:
        head = await client.head("/metrics")
        assert (head.status_code, head.content) == (200, b"")
        assert (await client.post("/metrics")).status_code == 405


PASSED_ON = [
    {"x_forwarded_for": "127.0.0.1"},
    {"forwarded": "for=127.0.0.1"},
    {"via": "1.1 proxy"},
    {"x_real_ip": "203.0.113.9"},
]


@pytest.mark.parametrize("headers", PASSED_ON)
@pytest.mark.parametrize("proxies", [[], ["127.0.0.0/8"]])
async def test_nobody_reads_it_through_a_proxy(tmp_path: Path, headers: dict[str, str], proxies: list[str]) -> None:
    settings = {"trusted_proxies": proxies, "metrics.networks": ["127.0.0.0/8"]}
    async with serve_here(tmp_path / "data", settings) as server:
        refused = await ask(server.address, **headers)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert (await ask(server.address)).status_code == 200


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({}, 200),
        ({"metrics.enabled": False}, 404),
        ({"metrics.networks": ["10.0.0.0/8"]}, 404),
        ({"metrics.networks": []}, 404),
        # A proxy that adds nothing looks like somebody on this machine.
        ({"public_url": "https://chat.example.org"}, 404),
        ({"public_url": "https://chat.example.org", "metrics.networks": ["127.0.0.1/32"]}, 200),
    ],
)
async def test_this_machine_reads_it_unless_a_proxy_may_hide_behind_it(
    tmp_path: Path, settings: dict[str, object], status: int
) -> None:
    port = free_port()
    async with serve_here(tmp_path / "data", {"port": port, **settings}):
        assert (await ask(f"http://127.0.0.1:{port}")).status_code == status


async def test_the_token_opens_it_from_everywhere_and_nothing_else_does(tmp_path: Path) -> None:
    settings = {"metrics.token": TOKEN, "metrics.networks": []}
    async with serve_here(tmp_path / "data", settings) as server:
        for authorization in (f"Bearer {TOKEN}", f"bearer {TOKEN}"):
            answer = await ask(server.address, authorization=authorization, x_forwarded_for="203.0.113.9")
            assert answer.status_code == 200
        for authorization in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}"):
            assert (await ask(server.address, authorization=authorization)).status_code == 404


async def test_a_session_is_no_key_to_it(tmp_path: Path) -> None:
    async with (
        serve_here(tmp_path / "data", {"metrics.networks": []}) as server,
        httpx.AsyncClient(base_url=server.address, trust_env=False) as client,
    ):
        registered = await client.post("/api/accounts", json={"name": "ann", "password": "correct horse battery"})
        assert registered.status_code == 201
        assert (await client.get("/metrics")).status_code == 404
