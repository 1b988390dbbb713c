"""Previews of links: after a message was posted, what its links lead to is looked at, and appended to it.

Invariants:
1. Nobody waits for it: the message is committed, acknowledged and delivered before anything is asked of the network.
2. Everything is bounded: messages at once and waiting, links a message, what is remembered and for how long. What finds
   no room is not looked at, and nothing is lost by that but a preview.
3. Of one link there is one look at a time, whoever posts it; all who wait for it get the same answer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hubbub.domain.accounts import Session
from hubbub.domain.intents import Appended, PreviewMessage
from hubbub.domain.links import LinkPreview, find_links
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.service.files import FileService
from hubbub.service.ports import Channels, Clock, Log, Web
from hubbub.telemetry import get_logger

HOUR_MS: Final = 3_600_000
# What could not be seen is tried again after this part of the time for which the rest is kept.
FAILED: Final = 24
# The sizes of a server that makes none.
NO_PREVIEWS: Final[Mapping[str, int]] = MappingProxyType({"previews_kept": 0, "previews_waiting": 0})
PICTURE_NAME: Final = "preview"


@dataclass(frozen=True, slots=True)
class PreviewLimits:
    """See `config.Previews`."""

    links: int
    at_once: int
    waiting: int
    kept: int
    kept_hours: float


@dataclass(frozen=True, slots=True)
class _Job:
    session: Session
    channel: str
    number: int


@dataclass(frozen=True, slots=True)
class _Seen:
    preview: LinkPreview | None
    until: int


class PreviewService:
    """See the module. Made on the running loop; `start` begins the looking."""

    def __init__(
        self, web: Web, log: Log, channels: Channels, files: FileService, clock: Clock, limits: PreviewLimits
    ) -> None:
        self._web = web
        self._log = log
        self._channels = channels
        self._files = files
        self._clock = clock
        self._limits = limits
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue(limits.waiting)
        self._workers: list[asyncio.Task[None]] = []
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._looking: dict[str, asyncio.Task[LinkPreview | None]] = {}

    # --- when a message has come ----------------------------------------------------------------------------------

    def notice(self, session: Session, channel: str, done: asyncio.Future[Appended]) -> None:
        """A message was posted or edited, or was refused: for a future's callback."""
        if done.cancelled() or done.exception() is not None:
            return
        number = done.result().number
        if number is None or self._jobs.full():
            return
        self._jobs.put_nowait(_Job(session, channel, number))

    def start(self) -> None:
        self._workers = [asyncio.create_task(self._work()) for _ in range(self._limits.at_once)]

    async def stop(self) -> None:
        tasks = [*self._workers, *self._looking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._web.close()

    def sizes(self) -> dict[str, int]:
        return {"previews_waiting": self._jobs.qsize(), "previews_kept": len(self._seen)}

    async def _work(self) -> None:
        while True:
            job = await self._jobs.get()
            try:
                await self._preview(job)
            except Refused as refused:
                get_logger(__name__).debug("no_preview", code=refused.code)
            except Exception:
                get_logger(__name__).exception("no_preview")

    async def _preview(self, job: _Job) -> None:
        line = await self._fetch_message(job)
        if line is None or line.deleted or line.unpreviewed:
            return
        links = find_links(line.text, self._limits.links)
        known = {preview.url for preview in line.previews}
        if not set(links) - known:
            return
        found = await asyncio.gather(*(self._find(job.session, link) for link in links))
        previews = tuple(preview for preview in found if preview is not None)
        if previews:
            await self._log.append(PreviewMessage(job.channel, job.number, previews, self._clock()))

    async def _fetch_message(self, job: _Job) -> MessagePosted | None:
        lines = await self._channels.fetch_lines(
            job.session.user, job.channel, before=None, after=None, around=job.number, limit=1
        )
        for line in lines.lines:
            if isinstance(line, MessagePosted) and line.number == job.number:
                return line
        return None

    # --- looking --------------------------------------------------------------------------------------------------

    async def _find(self, session: Session, link: str) -> LinkPreview | None:
        seen = self._seen.get(link)
        if seen is not None and seen.until > self._clock() and await self._is_whole(seen):
            self._seen.move_to_end(link)
            return seen.preview
        task = self._looking.get(link)
        if task is None:
            task = self._looking[link] = asyncio.create_task(self._look(session, link))
            task.add_done_callback(lambda _: self._looking.pop(link, None))
        return await asyncio.shield(task)

    async def _is_whole(self, seen: _Seen) -> bool:
        picture = seen.preview.picture if seen.preview is not None else None
        return picture is None or await self._files.holds(picture)

    async def _look(self, session: Session, link: str) -> LinkPreview | None:
        page = await self._web.look(link)
        preview = None
        if page is not None:
            picture = await self._keep_picture(session, page.picture) if page.picture else None
            preview = LinkPreview(url=link, title=page.title, text=page.text, site=page.site, picture=picture)
        hours = self._limits.kept_hours / (1 if preview is not None else FAILED)
        self._seen[link] = _Seen(preview, self._clock() + round(hours * HOUR_MS))
        self._seen.move_to_end(link)
        if len(self._seen) > self._limits.kept:
            self._seen.popitem(last=False)
        return preview

    async def _keep_picture(self, session: Session, address: str) -> str | None:
        """The picture made anew as every uploaded one is, as a file of whoever posted the link first."""
        content = await self._web.fetch_picture(address)
        if content is None:
            return None
        try:
            return await self._files.keep_picture(session, PICTURE_NAME, content)
        except Refused as refused:
            get_logger(__name__).debug("no_preview_picture", code=refused.code)
            return None
