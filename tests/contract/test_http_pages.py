"""The built pages through the proxy, rendered by the real Node process. Needs `make web`."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio

import hubbub
from hubbub.config import Pages as PagesSettings
from hubbub.http.pages import PagesProcess
from tests.support.http_app import INTERNAL_TOKEN, App, Person, serve_http

TREE = Path(hubbub.__file__).parent / "_web"
PATIENCE = 30.0
ABSENT = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    data = tmp_path_factory.mktemp("data")
    async with serve_http(data, {"limits.enabled": False}, tree=TREE, pages=True) as served:
        yield served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ann(app: App) -> Person:
    return await app.person("ann")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def garden(ann: Person) -> str:
    channel = await ann.channel("garden")
    for number in range(1, 61):
        await ann.post(channel, f"message {number} of the garden")
    return channel


def nonce_of(answer: httpx.Response) -> str:
    found = re.search(r"script-src 'nonce-([^']+)' 'strict-dynamic'", answer.headers["content-security-policy"])
    assert found, answer.headers
    return found[1]


def assert_clean(answer: httpx.Response) -> None:
    """Nothing in the page would be stopped by its policy, and all of its scripts carry its nonce."""
    nonce = nonce_of(answer)
    scripts = re.findall(r"<script\b[^>]*>", answer.text)
    assert scripts
    assert [script for script in scripts if f'nonce="{nonce}"' not in script] == []
    styles = re.findall(r"<style\b[^>]*>", answer.text)
    assert [style for style in styles if f'nonce="{nonce}"' not in style] == []
    assert re.findall(r"<[^>]*\s(?:style|on[a-z]+)=\"[^\"]*\"", re.sub(r"<script.*?</script>", "", answer.text)) == []
    assert 'href="javascript:' not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 307),
        ("/channels", 200),
        ("/inbox", 200),
        ("/new", 200),
        ("/settings", 200),
        ("/c/{garden}", 200),
        ("/c/{garden}/members", 200),
        ("/c/{garden}/30", 200),
        ("/c/{garden}?error=bad_text", 200),
        (f"/c/{ABSENT}", 404),
        ("/c/nonsense", 404),
        ("/nothing/at/all", 404),
        ("/login?error=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", 200),
    ],
)
async def test_every_script_of_every_page_carries_the_nonce(ann: Person, garden: str, path: str, status: int) -> None:
    answer = await ann.http.get(path.format(garden=garden))
    if status == 200:
        assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.headers["content-type"].startswith("text/html") and not answer.is_redirect:
        assert answer.status_code == status
        assert_clean(answer)


@pytest.mark.parametrize("path", ["/login", "/register", "/login?error=wrong_credentials&name=%3Cb%3E", "/nothing"])
async def test_pages_for_visitors_are_as_clean(app: App, path: str) -> None:
    assert_clean(await (await app.client()).get(path))


async def test_no_two_pages_have_one_nonce(ann: Person) -> None:
    assert len({nonce_of(await ann.http.get("/settings")) for _ in range(5)}) == 5


async def test_the_newest_messages_are_in_the_served_page(ann: Person, garden: str) -> None:
    page = (await ann.http.get(f"/c/{garden}")).text
    visible = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert [number for number in range(11, 61) if f"message {number} of the garden" not in visible] == []
    assert "message 10 of the garden" not in visible


async def test_who_is_not_logged_in_is_sent_to_log_in(app: App, garden: str) -> None:
    answer = await (await app.client()).get(f"/c/{garden}")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/login?next=%2Fc%2F{garden}")
    assert "of the garden" not in answer.text


async def test_a_private_room_is_no_page_for_others(app: App, ann: Person) -> None:
    secret = await ann.channel("the secret plan", private=True)
    bob = await app.person("bob")
    hidden, absent = await bob.http.get(f"/c/{secret}"), await bob.http.get(f"/c/{ABSENT}")
    assert hidden.status_code == absent.status_code == 404
    assert "the secret plan" not in hidden.text


async def test_the_page_of_a_visitor_is_in_their_language(app: App) -> None:
    client = await app.client()
    assert '<html lang="zh-CN"' in (await client.get("/login", headers={"Accept-Language": "zh-CN,zh"})).text
    assert '<html lang="en"' in (await client.get("/login", headers={"Accept-Language": "fr"})).text


async def test_the_router_gets_its_own_format(ann: Person) -> None:
    answer = await ann.http.get("/settings", headers={"RSC": "1"}, follow_redirects=True)
    assert answer.headers["content-type"].startswith("text/x-component")
    assert answer.headers["cache-control"] == "no-store"


async def test_what_a_page_asks_for_is_there_and_immutable(ann: Person, garden: str) -> None:
    page = (await ann.http.get(f"/c/{garden}")).text
    files = set(re.findall(r'(?:src|href)="(/_next/static/[^"]+)"', page))
    assert files
    for file in files:
        answer = await ann.http.get(file, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, file
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].split(";")[0] in ("text/javascript", "text/css", "font/woff2")


async def test_pages_are_only_read(ann: Person) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = await ann.http.request(method, "/settings", headers={"Next-Action": "x"})
        assert answer.status_code == 405
    head = await ann.http.head("/settings")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "/%2F%2Fevil.example", "/..%2F..%2Fetc/passwd"])
async def test_no_address_leads_out(ann: Person, path: str) -> None:
    reader, writer = await asyncio.open_connection(*str(ann.http.base_url.netloc, "ascii").split(":"))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = (await asyncio.wait_for(reader.read(), PATIENCE)).decode("utf-8", "replace")
    writer.close()
    await writer.wait_closed()
    location = re.search(r"^location: (.*?)\r$", answer, re.MULTILINE | re.IGNORECASE)
    assert location is None or re.match(r"/(?![/\\])", location[1]), location
    assert "root:" not in answer


async def test_when_node_dies_it_comes_back_and_the_api_does_not_notice(app: App, ann: Person, garden: str) -> None:
    assert app.pages is not None
    before, pid = app.pages.starts, app.pages.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    page = asyncio.create_task(ann.http.get(f"/c/{garden}"))
    while not page.done():
        assert (await ann.http.get("/api/me")).status_code == 200
    assert (await page).status_code == 200
    assert app.pages.starts == before + 1
    assert app.pages.pid != pid


async def test_under_https_pages_know_who_is_there(tmp_path: Path) -> None:
    settings = {"public_url": "https://chat.example.org"}
    async with serve_http(tmp_path, settings, tree=TREE, pages=True) as app:
        client = await app.client()
        body = {"name": "ann", "password": "correct horse battery"}
        cookie = (await client.post("/api/accounts", json=body)).headers["set-cookie"].split(";")[0]
        answer = await client.get("/settings", headers={"Cookie": cookie})
        assert answer.status_code == 200
        planted = cookie.removeprefix("__Host-")
        assert (await client.get("/settings", headers={"Cookie": planted})).status_code == 307


async def test_without_node_a_visitor_gets_a_page_that_says_so(tmp_path: Path) -> None:
    settings = {"pages.node": "/bin/false"}
    async with serve_http(tmp_path, settings, tree=TREE, pages=True, patience=0.2) as app:
        client = await app.client()
        answer = await client.get("/login")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "<script" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert (await client.get("/healthz")).status_code == 200


async def test_stopping_ends_node(tmp_path: Path) -> None:
    process = PagesProcess(TREE, PagesSettings(), api="http://127.0.0.1:9", internal_token=INTERNAL_TOKEN)
    assert await process.start()
    pid = process.pid
    assert pid is not None
    await process.stop()
    assert not psutil.pid_exists(pid)


PARENT = """
import asyncio, sys
from pathlib import Path
from hubbub.config import Pages
from hubbub.http.pages import PagesProcess

async def main():
    process = PagesProcess(Path(sys.argv[1]), Pages(), api="http://127.0.0.1:9", internal_token="x")
    assert await process.start()
    print("node", process.pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


async def test_node_does_not_outlive_a_server_that_was_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(TREE), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert parent.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while not (line := await parent.stdout.readline()).startswith(b"node "):
            assert line, "the parent ended"
    pid = int(line.split()[1])
    assert psutil.pid_exists(pid)
    parent.kill()
    await parent.wait()
    await asyncio.wait_for(asyncio.to_thread(gone, pid), PATIENCE)


def gone(pid: int) -> None:
    """Returns when the process is gone, or a zombie that nobody waits for (a container's init may not)."""
    try:
        process = psutil.Process(pid)
        while process.status() != psutil.STATUS_ZOMBIE:
            try:
                process.wait(0.1)
            except psutil.TimeoutExpired:
                continue
            return
    except psutil.NoSuchProcess:
        return
