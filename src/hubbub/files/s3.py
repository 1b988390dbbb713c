"""The port `Storage` on any S3-compatible store, by obstore.

Invariant: a content is there as a whole or not at all: an object appears when its last part was taken.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, S3Store

from hubbub.config import Files
from hubbub.errors import ConfigError, Refused

# Of what is read, handed on at once; of what is written, a part.
PIECE_BYTES: Final = 1 << 20
PART_BYTES: Final = 8 << 20
PARTS_AT_ONCE: Final = 4


def open_s3(files: Files) -> ObjectStorage:
    """Without keys in the settings they come from where Amazon's own tools look. Raises `ConfigError`."""
    bucket, _, prefix = (files.storage or "").removeprefix("s3://").partition("/")
    if (files.access_key is None) != (files.secret_key is None):
        raise ConfigError("files.access_key and files.secret_key need each other")
    keys = {"access_key_id": files.access_key, "secret_access_key": files.secret_key, "endpoint": files.endpoint}
    given = {name: value for name, value in keys.items() if value is not None}
    http = (files.endpoint or "").startswith("http:")
    try:
        store = S3Store(
            bucket,
            prefix=prefix or None,
            region=files.region,
            virtual_hosted_style_request=files.endpoint is None,
            client_options={"allow_http": http},
            **given,  # type: ignore[arg-type]
        )
    except BaseError as error:
        raise ConfigError(f"files.storage cannot be used: {error}") from error
    return ObjectStorage(store)


class ObjectStorage:
    """Contents as objects `FILE/VARIANT`."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, file: str, variant: str, source: Path) -> None:
        """Keep a copy of `source`. Raises `storage_failed`."""
        try:
            await obstore.put_async(
                self._store, f"{file}/{variant}", source, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE
            )
        except (BaseError, OSError) as error:
            raise Refused("storage_failed") from error

    async def measure(self, file: str, variant: str) -> int:
        """Its size. Raises `no_such_file`, `storage_failed`."""
        try:
            found = await obstore.head_async(self._store, f"{file}/{variant}")
        except (NotFoundError, FileNotFoundError) as error:
            raise Refused("no_such_file") from error
        except (BaseError, OSError) as error:
            raise Refused("storage_failed") from error
        return found["size"]

    async def read(self, file: str, variant: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` up to `end`, in pieces. Raises `no_such_file` before the first, `storage_failed`."""
        if start >= end:
            return
        try:
            found = await obstore.get_async(self._store, f"{file}/{variant}", options={"range": (start, end)})
            async for piece in found.stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)
        except (NotFoundError, FileNotFoundError) as error:
            raise Refused("no_such_file") from error
        except (BaseError, OSError) as error:
            raise Refused("storage_failed") from error

    async def delete(self, file: str) -> None:
        """All of a file's contents; none need be there. Raises `storage_failed`."""
        try:
            async for found in obstore.list(self._store, f"{file}/"):
                names = [one["path"] for one in found]
                if names:
                    await obstore.delete_async(self._store, names)
        except (BaseError, OSError) as error:
            raise Refused("storage_failed") from error

    async def close(self) -> None:
        """The driver closes its connections with the process."""
