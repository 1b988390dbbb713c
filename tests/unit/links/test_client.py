"""Fetching pages of a real server on this machine, by names that a resolver of the test's makes up."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from hubbub.links.addresses import Network
from hubbub.links.client import Bounds, Client, Fetched, Unreachable
from hubbub.links.robots import Robots
from tests.support.web_site import Site, moved, open_site

HERE: Sequence[Network] = [ipaddress.ip_network("127.0.0.1/32")]


@dataclass(slots=True)
class Names:
    """A resolver; of a name with several answers each asking gets the next one."""

    known: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.known.get(host)
        if answers is None:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
def names() -> Names:
    return Names({"site.example": [["127.0.0.1"]]})


def client(site: Site, names: Names, networks: Sequence[Network] = (), seconds: float = 5) -> Client:
    return Client(Bounds(seconds, (site.port,), networks), "HubbubPreview/1", names.resolve)


async def fetch(client: Client, url: str, most: int = 10_000) -> Fetched:
    try:
        return await client.fetch(url, most=most, accept="text/html", kinds=("text/html",), until=b"</head")
    finally:
        await client.close()


async def test_a_page_is_fetched_under_our_name(site: Site, names: Names) -> None:
    site.put("/a?b", "<title>a</title>")
    found = await fetch(client(site, names, HERE), f"http://site.example:{site.port}/a?b#c")
    assert found.body == b"<title>a</title>"
    assert b"User-Agent: HubbubPreview/1" in site.heads[0]
    assert f"Host: site.example:{site.port}".encode() in site.heads[0]
    assert b"Cookie" not in site.heads[0]


@pytest.mark.parametrize("host", ["site.example", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_asked(site: Site, names: Names, host: str) -> None:
    site.put("/", "secret")
    with pytest.raises(Unreachable):
        await fetch(client(site, names), f"http://{host}:{site.port}/")
    assert site.asked == []


async def test_a_name_with_one_private_address_is_not_asked(site: Site, names: Names) -> None:
    names.known["both.example"] = [["127.0.0.1", "10.0.0.1"]]
    with pytest.raises(Unreachable, match="not to be asked"):
        await fetch(client(site, names, HERE), f"http://both.example:{site.port}/")


async def test_a_name_is_resolved_once_and_what_it_says_later_makes_no_difference(site: Site, names: Names) -> None:
    names.known["turning.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    site.put("/", "<title>a</title>")
    await fetch(client(site, names, HERE), f"http://turning.example:{site.port}/")
    assert names.asked == ["turning.example"]


@pytest.mark.parametrize(
    "to", ["http://169.254.169.254/", "http://inner.example/", "file:///etc/passwd", "http://2130706433/", "//[::1]/"]
)
async def test_each_redirect_is_checked_again(site: Site, names: Names, to: str) -> None:
    names.known["inner.example"] = [["10.0.0.1"]]
    site.pages["/"] = moved(to)
    with pytest.raises(Unreachable):
        await fetch(client(site, names, HERE), f"http://site.example:{site.port}/")


async def test_a_name_that_turns_inwards_between_redirects_is_not_followed(site: Site, names: Names) -> None:
    names.known["site.example"] = [["127.0.0.1"], ["10.0.0.1"]]
    site.pages["/"] = moved("/again")
    with pytest.raises(Unreachable):
        await fetch(client(site, names, HERE), f"http://site.example:{site.port}/")
    assert site.asked == ["/"]


async def test_who_is_led_in_circles_gives_up(site: Site, names: Names) -> None:
    site.pages["/"] = moved("/")
    with pytest.raises(Unreachable, match="led around"):
        await fetch(client(site, names, HERE), f"http://site.example:{site.port}/")
    assert len(site.asked) == 6


async def test_only_so_much_of_a_page_is_read(site: Site, names: Names) -> None:
    site.put("/", b"a" * 50_000)
    found = await fetch(client(site, names, HERE), f"http://site.example:{site.port}/")
    assert (len(found.body), found.whole) == (10_000, False)


async def test_a_packed_page_is_unpacked_no_further_than_that(site: Site, names: Names) -> None:
    site.put("/", gzip.compress(b"a" * 50_000_000), "text/html", "Content-Encoding: gzip")
    found = await fetch(client(site, names, HERE), f"http://site.example:{site.port}/")
    assert (len(found.body), found.whole) == (10_000, False)


async def test_a_page_is_read_to_the_end_of_its_head(site: Site, names: Names) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>a</title></HEAD>")
        await writer.drain()
        await asyncio.Event().wait()

    site.pages["/"] = endless
    found = await fetch(client(site, names, HERE), f"http://site.example:{site.port}/")
    assert found.body.startswith(b"<title>a</title>")


async def test_a_server_that_never_answers_is_left(site: Site, names: Names) -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    site.pages["/"] = silent
    with pytest.raises(Unreachable, match="too slow"):
        await fetch(client(site, names, HERE, seconds=0.05), f"http://site.example:{site.port}/")


async def test_what_is_no_page_is_not_read(site: Site, names: Names) -> None:
    site.put("/", b"a", "application/zip")
    with pytest.raises(Unreachable, match="zip"):
        await fetch(client(site, names, HERE), f"http://site.example:{site.port}/")


async def test_what_a_site_asks_not_to_be_fetched_is_not(site: Site, names: Names) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /inner\n", "text/plain")
    site.put("/open", "<title>a</title>")
    asking = client(site, names, HERE)
    robots = Robots(asking, lambda: 0)
    for path in ("/open", "/open"):
        await robots.check(asking.read_target(f"http://site.example:{site.port}{path}"))
    with pytest.raises(Unreachable, match="asks not to"):
        await robots.check(asking.read_target(f"http://site.example:{site.port}/inner/a"))
    await asking.close()
    assert site.asked == ["/robots.txt"]
