"""What sites ask programs not to fetch (RFC 9309)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final
from urllib.robotparser import RobotFileParser

from hubbub.links.client import Client, Unreachable
from hubbub.links.targets import Target

# By this name robots.txt speaks of us.
TOKEN: Final = "HubbubPreview"
MAX_BYTES: Final = 64 << 10
KEPT: Final = 500
# Each that is kept takes some 160 bytes, and a page is held against all of them.
MOST_RULES: Final = 200
HOUR_MS: Final = 3_600_000


class Robots:
    """Asks each site once an hour, and keeps `KEPT` answers. A site without such a file forbids nothing."""

    def __init__(self, client: Client, clock: Callable[[], int]) -> None:
        self._client = client
        self._clock = clock
        self._known: OrderedDict[str, tuple[int, RobotFileParser | None]] = OrderedDict()

    async def check(self, target: Target) -> None:
        """Raises `Unreachable` for what is not to be fetched."""
        rules = await self._rules(target.origin)
        if rules is not None and not rules.can_fetch(TOKEN, target.url):
            raise Unreachable("the site asks not to")

    async def _rules(self, origin: str) -> RobotFileParser | None:
        now = self._clock()
        known = self._known.get(origin)
        if known is not None and known[0] > now:
            return known[1]
        try:
            found = await self._client.fetch(
                f"{origin}/robots.txt", most=MAX_BYTES, accept="text/plain", kinds=("text/plain",)
            )
        except Unreachable:
            rules = None
        else:
            rules = await asyncio.to_thread(read_rules, found.body)
        self._known[origin] = now + HOUR_MS, rules
        self._known.move_to_end(origin)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return rules


def read_rules(body: bytes) -> RobotFileParser:
    """What a file says to us, or to all; the first `MOST_RULES` rules of that. Blocks."""
    rules = RobotFileParser()
    rules.parse(_ours(body.decode("utf-8", "replace")))
    rules.modified()
    return rules


def _ours(text: str) -> list[str]:
    """The lines of the groups that name us or everybody (section 2.2.1)."""
    kept: list[str] = []
    for_us = naming = False
    rules = 0
    for line in text.splitlines():
        field, _, value = (part.strip().lower() for part in line.partition("#")[0].partition(":"))
        if field == "user-agent":
            named = value == "*" or (value != "" and value in TOKEN.lower())
            for_us = named or (naming and for_us)
            naming = True
            kept += [line] if named else []
        elif field in ("allow", "disallow"):
            naming = False
            if for_us and rules < MOST_RULES:
                kept.append(line)
                rules += 1
    return kept
