"""The port `Storage`, on every adapter: a folder, and obstore (its own store in memory here, S3 in the product)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from hubbub.config import load_config
from hubbub.errors import ConfigError, Refused
from hubbub.files.local import LocalStorage
from hubbub.files.s3 import ObjectStorage, open_s3
from hubbub.service.file_ports import Storage

FILE = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
OTHER = "01ARZ3NDEKTSV4RRFFQ69G5FAW"

ADAPTERS: dict[str, Callable[[Path], Storage]] = {
    "local": lambda folder: LocalStorage(folder / "kept"),
    "objects": lambda folder: ObjectStorage(MemoryStore()),
}


@pytest.fixture(params=ADAPTERS)
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    opened = ADAPTERS[request.param](tmp_path)
    yield opened
    await opened.close()


async def put(storage: Storage, folder: Path, data: bytes, file: str = FILE, variant: str = "original") -> None:
    source = folder / "source"
    source.write_bytes(data)
    await storage.put(file, variant, source)


async def read(storage: Storage, start: int, end: int, file: str = FILE) -> bytes:
    return b"".join([piece async for piece in storage.read(file, "original", start, end)])


async def test_what_was_put_is_read_whole_and_in_parts(storage: Storage, tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    await put(storage, tmp_path, data)
    assert await storage.measure(FILE, "original") == len(data)
    assert await read(storage, 0, len(data)) == data
    assert await read(storage, 1_000_000, 2_500_001) == data[1_000_000:2_500_001]
    assert await read(storage, len(data) - 1, len(data)) == data[-1:]
    assert await read(storage, 5, 5) == b""


async def test_putting_again_replaces(storage: Storage, tmp_path: Path) -> None:
    await put(storage, tmp_path, b"first, and longer")
    await put(storage, tmp_path, b"second")
    assert await read(storage, 0, 6) == b"second"
    assert await storage.measure(FILE, "original") == 6


async def test_what_is_not_there_is_refused_before_the_first_byte(storage: Storage) -> None:
    with pytest.raises(Refused, match="no_such_file"):
        await storage.measure(FILE, "original")
    with pytest.raises(Refused, match="no_such_file"):
        await read(storage, 0, 5)


async def test_a_file_is_deleted_with_all_its_variants_and_no_other(storage: Storage, tmp_path: Path) -> None:
    for file in (FILE, OTHER):
        await put(storage, tmp_path, b"content", file)
        await put(storage, tmp_path, b"small", file, "thumb-320")
    await storage.delete(FILE)
    await storage.delete(FILE)
    for variant in ("original", "thumb-320"):
        with pytest.raises(Refused, match="no_such_file"):
            await storage.measure(FILE, variant)
        assert await storage.measure(OTHER, variant) > 0


async def test_a_store_needs_both_of_its_keys_or_none() -> None:
    settings = {"files.storage": "s3://files/x", "files.endpoint": "http://127.0.0.1:9", "files.access_key": "a"}
    with pytest.raises(ConfigError, match="secret_key"):
        open_s3(load_config(settings, {}).files)
    assert isinstance(open_s3(load_config({**settings, "files.secret_key": "b"}, {}).files), ObjectStorage)
