"""Whoever watches the server from outside learns whether it lives, and whether it can serve."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import httpx

from hubbub.store.engine import DATABASE
from tests.support.composed import serve_here


async def fetch_both(address: str) -> tuple[int, int]:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        return (await client.get("/healthz")).status_code, (await client.get("/readyz")).status_code


async def test_it_lives_but_is_not_ready_while_the_store_does_not_answer(tmp_path: Path) -> None:
    async with serve_here(tmp_path / "data") as server:
        assert await fetch_both(server.address) == (200, 200)
        connection = sqlite3.connect(tmp_path / "data" / DATABASE, isolation_level=None)
        connection.execute("ALTER TABLE users RENAME TO elsewhere")
        assert await fetch_both(server.address) == (200, 503)
        connection.execute("ALTER TABLE elsewhere RENAME TO users")
        connection.close()
        assert await fetch_both(server.address) == (200, 200)


async def test_it_is_not_ready_when_nothing_is_stored_any_more(tmp_path: Path) -> None:
    async with serve_here(tmp_path / "data") as server:
        server.store.writer.refuse()
        assert await fetch_both(server.address) == (200, 503)
