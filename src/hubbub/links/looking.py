"""The port `Web`: what a link leads to, as that page says, and the picture it shows of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import unquote

from hubbub import __version__
from hubbub.config import Config
from hubbub.domain.links import SeenPage
from hubbub.links.charsets import decode
from hubbub.links.client import Bounds, Client, Fetched, Resolve, Unreachable, resolve
from hubbub.links.pages import MAX_SITE, MAX_TITLE, clean, read_page
from hubbub.links.robots import TOKEN, Robots
from hubbub.links.targets import Target
from hubbub.telemetry import get_logger

_PAGES = ("text/html", "application/xhtml+xml", "image/")
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,image/*;q=0.8"
_DOCUMENT = b"</head"


class Web:
    """`own`: the origin of this server, of which no previews are made."""

    def __init__(self, client: Client, robots: Robots, *, page_bytes: int, picture_bytes: int, own: str | None) -> None:
        self._client = client
        self._robots = robots
        self._page_bytes = page_bytes
        self._picture_bytes = picture_bytes
        self._own = own

    async def look(self, url: str) -> SeenPage | None:
        """None where there is nothing to be shown, whatever the reason."""
        try:
            found = await self._client.fetch(
                url, most=self._page_bytes, accept=_ACCEPT, kinds=_PAGES, until=_DOCUMENT, check=self._check
            )
        except Unreachable as error:
            get_logger(__name__).debug("link_not_read", reason=str(error))
            return None
        if found.media_type.startswith("image/"):
            name = unquote(found.target.path.partition("?")[0].rpartition("/")[2])
            site = clean(found.target.host, MAX_SITE)
            return SeenPage(title=clean(name, MAX_TITLE) or site, site=site, picture=url)
        return await asyncio.to_thread(read_seen, found)

    async def fetch_picture(self, url: str) -> bytes | None:
        """Its bytes, whatever they are; None where there are none, or too many."""
        try:
            found = await self._client.fetch(
                url, most=self._picture_bytes, accept="image/*", kinds=("image/",), check=self._check
            )
        except Unreachable:
            return None
        return found.body if found.whole and found.body else None

    async def close(self) -> None:
        await self._client.close()

    async def _check(self, target: Target) -> None:
        if target.origin == self._own:
            raise Unreachable("our own pages are for whoever is logged in")
        await self._robots.check(target)


def read_seen(found: Fetched) -> SeenPage | None:
    """What the page says; None where it says nothing, or asks not to be quoted."""
    page = read_page(decode(found.body, found.charset))
    if page is None or page.shy or "nosnippet" in found.headers.get("x-robots-tag", "").lower():
        return None
    try:
        picture = found.target.join(page.picture) if page.picture else ""
    except ValueError:
        picture = ""
    site = page.site or clean(found.target.host.removeprefix("www."), MAX_SITE)
    return SeenPage(title=page.title, text=page.text, site=site, picture=picture)


def make_web(config: Config, clock: Callable[[], int], resolve: Resolve = resolve) -> Web:
    previews = config.previews
    about = config.public_url or "self-hosted"
    agent = f"{TOKEN}/{__version__} (+{about})"
    client = Client(Bounds(previews.seconds, previews.ports, config.preview_networks), agent, resolve)
    return Web(
        client,
        Robots(client, clock),
        page_bytes=previews.page_bytes,
        picture_bytes=previews.picture_bytes,
        own=config.public_url,
    )
