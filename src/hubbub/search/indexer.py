"""The follower: it copies the log into the search server, in order, behind everybody's back.

Invariants:
1. Nothing waits for it: it reads beside the writer, on a thread of its own, a bounded slice at a time. Whatever the
   server does, posting goes on.
2. Nothing is left out: a mark moves past an event only when the server has taken it, and following starts from the
   older of two marks, the store's and the one kept with the documents. A server that was set back, or is a new one, is
   filled from where its copy ends.
3. Written twice is written once (documents.py, bulk.py), so two who both believe to lead do no harm.
4. A copy of another database, or one made with other tokens, is not mixed with this one: `hubbub reindex` makes anew.
5. Every few seconds it looks whether the copy is still the one it writes: readers may have been moved to another
   generation, the server set back to a snapshot. Then it begins again from what is there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

import msgspec
import structlog

from hubbub.domain.tokens import VERSION
from hubbub.errors import HubbubError
from hubbub.protocol.batch import Batch
from hubbub.protocol.feed import Mark
from hubbub.search.client import Client, SearchRefused, SearchUnavailable, ServerKind
from hubbub.search.copier import Copier
from hubbub.search.template import CONFLICT, Indices, Stamp, current_of

# Milliseconds a lease holds; whoever leads renews it well before.
LEASE: Final = 30_000
RENEW: Final = LEASE // 3
# Marks are saved this often, in milliseconds: each is a commit.
SAVE: Final = 1000
# Which generation readers see is asked this often, in milliseconds.
CHECK: Final = 5000
# Seconds in which posts gather before the server is told of the first one: it shows them once a second anyway.
GATHER: Final = 0.1
# Seconds between looks at the log when nobody says that something was written.
LOOK: Final = 2.0
# A copy that lacks no more events than this is searched: under load it is never quite there.
NEAR: Final = 1000
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0
# Seconds for telling the server at the end how far the copy goes; otherwise a little is copied twice.
FAREWELL: Final = 1.0

_log = structlog.get_logger("hubbub.search")


class Claim(Protocol):
    @property
    def mark(self) -> Mark | None: ...


class Following(Protocol):
    """Who follows, and how far: a lease in the store. Times in milliseconds since 1970; raises `Refused`."""

    async def claim(self, now: int, until: int) -> Claim | None: ...

    async def save(self, mark: Mark | None, now: int, until: int) -> bool: ...

    async def release(self, mark: Mark | None, now: int) -> None: ...


class OtherCopy(HubbubError):
    """What the server has is a copy of another database, or was made with other tokens."""


class NotLeading(Exception):
    """Another process follows."""


class Replaced(Exception):
    """What is there is not what was written last: begin again."""


@dataclass(slots=True)
class Progress:
    """What is told of it. `trouble`: why it does not get on, where it does not. `server`: what answered last."""

    leads: bool = False
    known: bool = False
    """Whether it was ever asked who leads."""
    trouble: str | None = None
    server: ServerKind | None = None
    reached: bool = False
    """Since it leads, the copy was complete once: from then on it lags by what was just written."""

    @property
    def complete(self) -> bool:
        """Whether a search finds what there is, as far as this process knows."""
        if not self.leads:
            return self.known and self.trouble is None
        return self.reached and self.trouble is None

    @property
    def word(self) -> str:
        """For whoever watches the process."""
        if not self.leads:
            return "standing_by" if self.trouble is None else "in_trouble"
        return "following" if self.trouble is None and self.server is not None else "in_trouble"


class Follower:
    """Made, started and stopped on the running loop. `epoch` is the database's."""

    def __init__(
        self,
        client: Client,
        indices: Indices,
        copier: Copier,
        following: Following,
        epoch: str,
        clock: Callable[[], int],
        *,
        progress: Progress,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: Random,
    ) -> None:
        self._client = client
        self._indices = indices
        self._copier = copier
        self._following = following
        self._epoch = epoch
        self._clock = clock
        self._sleep = sleep
        self._rng = rng
        self.progress = progress
        self._written = asyncio.Event()
        self._noticed = 0
        self._saved: Mark | None = None
        self._saved_at = 0
        self._checked_at = 0
        self._stamp: Stamp = None
        """When the server was last told how far the copy goes."""
        self._refused_before = 0
        self._task: asyncio.Task[None] | None = None

    def notice(self, batches: Sequence[Batch]) -> None:
        """Something was committed."""
        self._noticed += sum(len(batch.payloads) for batch in batches)
        self._written.set()

    @property
    def behind(self) -> int:
        """About so many events are not there yet; 0 where another process leads and knows."""
        if not self.progress.leads:
            return 0
        return max(0, self._copier.head + self._noticed - self._copier.position)

    @property
    def position(self) -> int:
        """How far the copy goes: a number that grows with the log."""
        return self._copier.position

    @property
    def generation(self) -> int:
        """Which generation it writes."""
        return self._copier.generation

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Does not wait for what is not copied yet: that is copied after the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self.progress.leads:
            await self._note_the_end()
        await self._copier.close()
        await self._client.close()

    async def _note_the_end(self) -> None:
        mark = self._copier.mark
        if mark != self._saved and mark is not None and self.progress.trouble is None:
            with contextlib.suppress(HubbubError, Replaced, TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await self._put_state()
        with contextlib.suppress(HubbubError):
            await self._following.release(mark, self._clock())

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                await self._lead()
            except NotLeading:
                self.progress.leads = False
                attempt = 0
            except Replaced:
                _log.info("search_server_changed")
                attempt = 0
            except HubbubError as error:
                self.tell(str(error))
                attempt = 0 if self.progress.server else attempt + 1
            except Exception:
                # It must go on whatever happens: nobody looks after it.
                _log.exception("follower_failed")
                self.tell("an error of ours, see the log")
                attempt += 1
            await self._sleep(FIRST_WAIT + self._rng.uniform(0, min(LONGEST_WAIT, 2.0 ** min(attempt, 10))))

    def tell(self, trouble: str | None) -> None:
        """Log what is wrong once, not with each try."""
        if trouble and self.progress.trouble is None:
            _log.warning("search_server_in_trouble", trouble=trouble)
        elif trouble is None and self.progress.trouble is not None:
            _log.info("search_server_well_again")
        self.progress.trouble = trouble

    async def _lead(self) -> None:
        """Follow for as long as this process leads and readers see the same generation."""
        now = self._clock()
        claim = await self._following.claim(now, now + LEASE)
        self.progress.known = True
        if claim is None:
            await self._sleep(RENEW / 1000)
            raise NotLeading
        self.progress.leads, self.progress.reached = True, False
        await self._begin(claim.mark)
        while True:
            moved = await self._copier.step()
            self.progress.reached = self.progress.reached or self._copier.head - self._copier.position <= NEAR
            self._noticed = 0
            await self._keep(moved)
            await self._look()
            if not moved:
                await self._wait()

    async def _begin(self, mark: Mark | None) -> None:
        server = await self._client.detect()
        if server != self.progress.server:
            self.progress.server = server
            _log.info("search_server", kind=server.engine, version=server.version, analysers=list(server.analysers))
        generations = await self._indices.find_generations()
        generation = current_of(generations)
        state, stamp = await self._indices.fetch_stamped(generation)
        if state and (state.get("epoch"), state.get("tokens")) != (self._epoch, VERSION):
            raise OtherCopy(
                "The search server has a copy of another database (set another search.prefix; `hubbub reindex "
                "--replace-other` would put this one in its place), or one that an older version made (run `hubbub "
                "reindex`)."
            )
        await self._indices.put_templates(generation, read=True)
        if generation in generations:
            await self._indices.attach(generation)  # some may have been restored without
        else:
            state = {}  # it tells of indices that are gone
        self._stamp = stamp
        self._refused_before = read_refused(state) - self._copier.refused
        await self._copier.start(generation, await self._copier.earlier(mark, mark_of(state)))
        if not state:
            await self._put_state()  # whose it is, from its first document on
        self._saved = self._copier.mark
        self._checked_at = self._saved_at = self._clock()
        self.tell(None)

    async def _keep(self, moved: bool) -> None:
        """Save the mark when there is a new one, and the lease before it runs out."""
        now, mark = self._clock(), self._copier.mark
        due = mark != self._saved and (not moved or now - self._saved_at >= SAVE)
        if not due and now - self._saved_at < RENEW:
            return
        if mark != self._saved and mark is not None:
            await self._put_state()
        if not await self._following.save(mark, now, now + LEASE):
            raise NotLeading
        self._saved, self._saved_at = mark, now

    async def _put_state(self) -> None:
        copier = self._copier
        state = make_state(self._epoch, copier.generation, copier.mark, self._refused_before + copier.refused)
        try:
            self._stamp = await self._indices.replace_state(copier.generation, state, self._stamp)
        except SearchRefused as refused:
            if refused.status == CONFLICT:
                raise Replaced from refused
            raise

    async def _look(self) -> None:
        """Now and then, whether what is there is what was written; raises `Replaced` when it is not."""
        now = self._clock()
        if now - self._checked_at < CHECK:
            return
        self._checked_at = now
        generations = await self._indices.find_generations()
        own = self._copier.generation
        if current_of(generations) != own:
            raise Replaced
        _, stamp = await self._indices.fetch_stamped(own)
        if stamp != self._stamp:
            raise Replaced
        for number in generations:
            if number < own:  # a late write may have made it again
                await self._indices.remove_strays(number)

    async def look_while_waiting(self) -> None:
        """The same for a write that the server does not take. Raises `Replaced`."""
        with contextlib.suppress(SearchUnavailable, SearchRefused):
            await self._look()

    async def _wait(self) -> None:
        """Until something was written, or might have been."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self._written.wait()
        self._written.clear()
        await self._sleep(GATHER)


def make_state(epoch: str, generation: int, mark: Mark | None, refused: int) -> dict[str, object]:
    """How far the copy in a generation goes, for whoever goes on with it; and how many documents were given up."""
    place = {"stream": mark.stream, "seq": mark.seq} if mark is not None else {}
    return {"epoch": epoch, "generation": generation, "tokens": VERSION, **place, "refused": refused}


def mark_of(state: Mapping[str, object]) -> Mark | None:
    """None where it was only begun."""
    return msgspec.convert(state, Mark) if state.get("stream") else None


def read_refused(state: Mapping[str, object]) -> int:
    return msgspec.convert(state.get("refused", 0), int)
