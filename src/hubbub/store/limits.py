"""Bounds the store holds; each has a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreLimits:
    """`queue`: items that may wait for the writer; `batch`: items in one transaction; `readers`: connections."""

    channels_per_user: int = 500
    reactions_per_message: int = 1000
    emoji_per_message: int = 40
    queue: int = 10_000
    batch: int = 256
    readers: int = 3
