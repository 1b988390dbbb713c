"""Static files: which bytes are sent for which request, and nothing outside the tree."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, cast

import pytest
from litestar.types import HTTPScope, Message

from hubbub.errors import Refused
from hubbub.http.static import StaticFiles

SCRIPT = b"console.log('hi');" * 200


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "static" / "chunks").mkdir(parents=True)
    (tmp_path / "public").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    script = tmp_path / "static" / "chunks" / "a-1f.js"
    script.write_bytes(SCRIPT)
    script.with_name("a-1f.js.gz").write_bytes(gzip.compress(SCRIPT))
    script.with_name("a-1f.js.br").write_bytes(b"brotli")
    (tmp_path / "public" / "icon.svg").write_bytes(b"<svg/>")
    (tmp_path / "public" / "backup.tar.gz").write_bytes(b"archive")
    (tmp_path / "public" / "link").symlink_to(tmp_path / "secret")
    return tmp_path


async def ask(files: StaticFiles, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        raise AssertionError("a file needs no body")

    async def send(message: Message) -> None:
        sent.append(cast("dict[str, Any]", message))

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = cast("HTTPScope", {"type": "http", "method": method, "path": path, "headers": pairs})
    await files(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(message["body"] for message in sent[1:])


async def test_a_hashed_file_is_good_for_ever(tree: Path) -> None:
    status, headers, body = await ask(StaticFiles(tree), "/_next/static/chunks/a-1f.js")
    assert (status, body) == (200, SCRIPT)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["content-length"] == str(len(SCRIPT))


async def test_a_public_file_is_asked_for_again_now_and_then(tree: Path) -> None:
    status, headers, _ = await ask(StaticFiles(tree), "/icon.svg")
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    assert "immutable" not in headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("br;q=0.000, gzip;q=0", ""),
        ("*", "br"),
        ("GZIP", "gzip"),
        ("identity", ""),
        ("", ""),
        ("deflate, ;;;, q=", ""),
    ],
)
async def test_the_best_accepted_copy_is_sent(tree: Path, accepted: str, coding: str) -> None:
    _, headers, body = await ask(StaticFiles(tree), "/_next/static/chunks/a-1f.js", accept_encoding=accepted)
    assert headers.get("content-encoding", "") == coding
    assert headers["vary"] == "accept-encoding"
    assert headers["content-length"] == str(len(body))


async def test_a_copy_that_is_known_is_not_sent_again(tree: Path) -> None:
    files = StaticFiles(tree)
    path = "/_next/static/chunks/a-1f.js"
    _, headers, _ = await ask(files, path, accept_encoding="br")
    for known in (headers["etag"], f'"x", W/{headers["etag"]}', "*"):
        status, _, body = await ask(files, path, accept_encoding="br", if_none_match=known)
        assert (status, body) == (304, b"")
    assert (await ask(files, path, accept_encoding="gzip", if_none_match=headers["etag"]))[0] == 200


async def test_head_sends_no_body(tree: Path) -> None:
    status, headers, body = await ask(StaticFiles(tree), "/icon.svg", "HEAD")
    assert (status, headers["content-length"], body) == (200, "6", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/_next/static/../../secret",
        "/_next/static/chunks/../../../secret",
        "/_next/static//chunks/a-1f.js",
        "/_next/static/chunks/a-1f.js/",
        "/_next/static/chunks",
        "/_next/static/chunks/a-1f.js.br",
        "/_next/static/chunks\\a-1f.js",
        "/_next/static/chunks/a-1f.js\x00",
        "/_next/image",
        "/_next/",
    ],
)
async def test_nothing_else_is_there(tree: Path, path: str) -> None:
    files = StaticFiles(tree)
    assert files.has(path)
    with pytest.raises(Refused) as refused:
        await ask(files, path)
    assert refused.value.code == "not_found"


@pytest.mark.parametrize("path", ["/../secret", "/secret", "/link", "/", "/c/x"])
def test_other_addresses_are_left_to_others(tree: Path, path: str) -> None:
    assert not StaticFiles(tree).has(path)


async def test_an_archive_of_its_own_is_no_compressed_copy(tree: Path) -> None:
    _, headers, body = await ask(StaticFiles(tree), "/backup.tar.gz", accept_encoding="gzip")
    assert body == b"archive"
    assert "content-encoding" not in headers


async def test_files_are_only_read(tree: Path) -> None:
    with pytest.raises(Refused) as refused:
        await ask(StaticFiles(tree), "/icon.svg", "POST")
    assert refused.value.code == "method_not_allowed"


async def test_memory_is_bounded_and_what_does_not_fit_is_sent_all_the_same(tree: Path) -> None:
    files = StaticFiles(tree, memory_bytes=10)
    for _ in range(2):
        assert (await ask(files, "/_next/static/chunks/a-1f.js"))[2] == SCRIPT
        assert (await ask(files, "/icon.svg"))[2] == b"<svg/>"
