"""Deleted text is nowhere in the files: not in tables, free pages, pages that were split, or the write-ahead log."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from hubbub.domain import intents
from tests.support.store_world import World, open_world


def files(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(directory.iterdir()))


async def fill(world: World, rng: random.Random) -> list[tuple[str, str, int, str]]:
    """Messages of all sizes in rooms that grow side by side, so that pages are split: (author, room, number, word)."""
    people = [await world.user(f"u{i}") for i in range(4)]
    rooms = [world.general, await world.channel(people[0], "a"), await world.channel(people[0], "b", private=True)]
    for room in rooms[1:]:
        for user in people[1:]:
            await world.join(user, room, by=people[0])
    found: list[tuple[str, str, int, str]] = []
    numbers = dict.fromkeys(rooms, 0)
    for i in range(600):
        author, room, word = rng.choice(people), rng.choice(rooms), f"<{i:04}-{rng.randbytes(6).hex()}>"
        numbers[room] += 1
        number, at = numbers[room], world.clock()
        text = word * rng.choice([1, 1, 1, 5, 40, 400])
        wanted: list[intents.Intent] = [intents.PostMessage(author, room, text, word.strip("<>"), at)]
        if rng.random() < 0.3:
            wanted.append(intents.EditMessage(author, room, number, f"edited {text}", at))
        if rng.random() < 0.3:
            wanted.append(intents.AddReaction(people[0], room, number, "👍", at))
        await world.append_together(*wanted)
        if rng.random() < 0.1:
            await world.leave(people[3], room)
            await world.join(people[3], room, by=people[0])
        found.append((author, room, number, word))
    return found


async def test_deleted_text_is_in_no_file_once_the_store_is_closed(tmp_path: Path) -> None:
    rng = random.Random(7)
    async with open_world(tmp_path) as world:
        found = await fill(world, rng)
        content = files(tmp_path)
        assert all(word.encode() in content for *_, word in found)
        deleted = rng.sample(found, 300)
        for author, room, number, _ in deleted:
            await world.delete(author, room, number)
    content = files(tmp_path)
    gone = {word for *_, word in deleted}
    for *_, word in found:
        assert (word.encode() in content) == (word not in gone), word


async def test_an_idle_writer_empties_the_write_ahead_log_of_deleted_text(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        ann = await world.user("Ann")
        await world.post(ann, world.general, "<secret>")
        await world.delete(ann, world.general, 1)
        for _ in range(400):
            if b"<secret>" not in files(tmp_path):
                break
            await asyncio.sleep(0.05)  # between two looks; their number is the deadline
        assert b"<secret>" not in files(tmp_path)
        await world.post(ann, world.general, "and on it goes")
