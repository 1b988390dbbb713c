"""Who waits for whom while files are looked at."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from hubbub.domain.files import UploadRow
from hubbub.domain.ids import new_id
from hubbub.files.inspector import Bounds, Inspector
from tests.support.files import picture


class HeldInspector(Inspector):
    """Has no process look before it is told to."""

    def __init__(self, at_once: int) -> None:
        super().__init__(Bounds(1_000_000, 5, 30), at_once)
        self.released, self.running = asyncio.Event(), 0

    async def _run(self, job: object) -> None:
        self.running += 1
        await self.released.wait()
        self.running -= 1


def put(folder: Path, owner: str, data: bytes) -> tuple[UploadRow, Path]:
    row = UploadRow(id=new_id(1), owner=owner, name="a", media_type="", size=len(data), at=1)
    (folder / row.id).write_bytes(data)
    return row, folder / row.id


async def until(inspector: HeldInspector, running: int) -> None:
    async with asyncio.timeout(5):
        while inspector.running < running:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_one_persons_slow_pictures_hold_up_nobody_else(tmp_path: Path) -> None:
    inspector = HeldInspector(at_once=2)
    anns = [asyncio.create_task(inspector.inspect(*put(tmp_path, "ann", picture()))) for _ in range(5)]
    await until(inspector, 1)
    bobs = asyncio.create_task(inspector.inspect(*put(tmp_path, "bob", picture())))
    await until(inspector, 2)
    assert len(inspector._owners) == 2
    inspector.released.set()
    await asyncio.gather(*anns, bobs, return_exceptions=True)
    assert not inspector._owners


async def test_what_needs_no_process_waits_for_none(tmp_path: Path) -> None:
    inspector = HeldInspector(at_once=1)
    ann = asyncio.create_task(inspector.inspect(*put(tmp_path, "ann", picture())))
    await until(inspector, 1)
    found = await asyncio.wait_for(inspector.inspect(*put(tmp_path, "bob", b"\0" + os.urandom(99))), 5)
    assert found.info.media_type == "application/octet-stream"
    inspector.released.set()
    await asyncio.gather(ann, return_exceptions=True)
