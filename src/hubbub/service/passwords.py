"""argon2id (RFC 9106) off the event loop, a bounded number at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2

from hubbub.errors import Refused

Result = TypeVar("Result")

# OWASP's second choice of parameters (19 MiB, 2 passes): a log-in must fit a small machine too.
MEMORY_KIB = 19_456
PASSES = 2


class PasswordHasher:
    """Each hash takes 19 MiB and some tens of milliseconds of one core: `threads` run at once, `waiting` may queue."""

    def __init__(self, threads: int = 2, waiting: int = 64) -> None:
        self._argon2 = argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._free = threads + waiting
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._argon2.hash(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return await self._run(lambda: self._verify(password_hash, password))

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        try:
            self._argon2.verify(password_hash or self._decoy_hash(), password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return password_hash is not None

    def _decoy_hash(self) -> str:
        """What the password of an unknown name is compared with, so that it takes as long as for a known one."""
        if self._decoy is None:
            self._decoy = self._argon2.hash("nobody's password")
        return self._decoy

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._free <= 0:
            raise Refused("busy", "Too many people are logging in right now.", retry_after=2)
        self._free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._free += 1
