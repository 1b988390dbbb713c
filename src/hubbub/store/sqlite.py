"""The store on SQLite: opens a data directory and hands out the ports `Log`, `Channels` and `Accounts`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hubbub.errors import StoreError
from hubbub.protocol.batch import Batch
from hubbub.store.limits import StoreLimits

if TYPE_CHECKING:
    from hubbub.store.accounts import SqliteAccounts
    from hubbub.store.channels import SqliteChannels
    from hubbub.store.log import SqliteLog

OnCommit: TypeAlias = Callable[[Sequence[Batch]], None]


@dataclass(slots=True)
class Store:
    """An open data directory, locked until `close`."""

    log: SqliteLog
    channels: SqliteChannels
    accounts: SqliteAccounts
    epoch: str

    async def close(self, drain: float = 5.0) -> None:
        """Refuse new intents (`shutting_down`), commit what is queued within `drain` seconds, checkpoint, unlock."""
        raise StoreError("under construction")


async def open_store(
    directory: Path, *, on_commit: OnCommit, clock: Callable[[], int], limits: StoreLimits | None = None
) -> Store:
    """Open (and make, and migrate) the store in `directory` on the running loop.

    `on_commit` is called on the loop once a commit, with its batches, commits in order. `clock` gives milliseconds since
    1970. Raises `StoreError`: locked by another server, newer than this program, damaged.
    """
    raise StoreError("under construction")


def migrate(directory: Path) -> None:
    """Bring the database in `directory` to this program's version (made when absent). Raises `StoreError`."""
    raise StoreError("under construction")
