"""verify finds every kind of damage, and nothing in a whole database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hubbub.errors import StoreError
from hubbub.store.engine import DATABASE
from hubbub.store.verify import MAX_PROBLEMS, verify
from tests.support.store_world import World, open_world


async def live(directory: Path) -> World:
    """A little of everything, closed."""
    async with open_world(directory) as world:
        ann, bob = await world.user("Ann"), await world.user("Bob")
        room = await world.channel(ann, "Room", topic="t", private=True)
        for text in ("one", "two", "three", "four"):
            await world.post(ann, world.general, text, f"key-{text}")
        await world.join(bob, room, by=ann)
        await world.edit(ann, world.general, 1, "ONE")
        await world.react(bob, world.general, 2)
        await world.react(bob, world.general, 3, "🎉")
        await world.unreact(bob, world.general, 3, "🎉")
        await world.read_to(bob, world.general, 3)
        await world.delete(ann, world.general, 4)
        await world.post(ann, room)
        await world.leave(bob, room)
        await world.change(ann, room, name="Hall", topic="")
        await world.open_conversation(ann, bob)
        await world.place(bob, world.general, muted=True)
        await world.pin(ann, world.general, 1)
        await world.save(bob, world.general, 2)
        for text in ("five", "six", "seven"):
            await world.answer(bob, world.general, 1, text)
        await world.delete(bob, world.general, 6)
        await world.read_thread(ann, world.general, 1, 5)
        await world.poll(ann, room)
        await world.vote(ann, room, 2, 1)
        await world.poll(ann, room, anonymous=True)
        await world.vote(ann, room, 3, 0)
        await world.close_poll(ann, room, 3)
    return world


async def test_a_whole_database_is_counted_and_nothing_is_changed(tmp_path: Path) -> None:
    await live(tmp_path)
    before = (tmp_path / DATABASE).read_bytes()
    seen: list[tuple[int, int]] = []
    report = verify(tmp_path, progress=lambda done, total: seen.append((done, total)))
    assert (report.ok, report.problems) == (True, [])
    assert (report.users, report.channels, report.messages, report.keys) == (2, 3, 10, 4)
    assert seen[-1] == (report.events, report.events)
    assert (tmp_path / DATABASE).read_bytes() == before


async def test_verify_runs_beside_the_server(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        ann = await world.user("Ann")
        await world.post(ann, world.general)
        assert verify(tmp_path).messages == 1
        await world.post(ann, world.general)
        assert verify(tmp_path).messages == 2


def test_a_directory_without_a_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no"):
        verify(tmp_path)


DAMAGE = {
    "an event is gone": ("DELETE FROM events WHERE body LIKE '%two%'", "follows"),
    "the newest event is gone": (
        "DELETE FROM events WHERE stream LIKE 'user:%' AND body LIKE '%membership.ended%'",
        "the head is",
    ),
    "an event cannot be read": ("UPDATE events SET body = '{' WHERE body LIKE '%two%'", "cannot be read"),
    "an event says another seq": ("UPDATE events SET body = replace(body, '\"seq\":4', '\"seq\":9')", "says it is 9"),
    "a text was changed in the log": (
        "UPDATE events SET body = replace(body, '{\"type\"', '{ \"type\"') WHERE body LIKE '%two%'",
        "not written as it would be",
    ),
    "a number is left out": ("UPDATE events SET body = replace(body, '\"number\":2', '\"number\":7')", "has number 7"),
    "deleted text is still there": (
        """UPDATE events SET body = replace(body, '"redacted":true', '"text":"four"')""",
        "has redacted=False",
    ),
    "text is gone without deletion": (
        """UPDATE events SET body = replace(body, '"text":"two"', '"redacted":true')""",
        "has redacted=True",
    ),
    "an edit is filed elsewhere": (
        "UPDATE events SET about = 2 WHERE body LIKE '%message.edited%'",
        "is filed under 2",
    ),
    "a line is gone": ("DELETE FROM lines WHERE number = 2", "the log says"),
    "a line too many": (
        "INSERT INTO lines SELECT channel, 999, 999, author, 0, NULL, NULL, NULL, NULL, NULL, NULL FROM lines LIMIT 1",
        "has no event",
    ),
    "a deleted line is back": ("UPDATE lines SET deleted = 0", "the log says"),
    "an edit is not shown": ("UPDATE lines SET text_seq = NULL", "the log says"),
    "a reaction is not shown": ("UPDATE lines SET reactions = NULL", "the log says"),
    "a vote is not shown": ("UPDATE lines SET poll = NULL WHERE number = 2", "the log says"),
    "a poll is open again": ("UPDATE lines SET poll = NULL WHERE number = 3", "the log says"),
    "a vote was changed": ("UPDATE ballots SET options = '[1]'", "votes are"),
    "a vote is not counted": ("DELETE FROM ballots", "the votes are [0, 0] of 0"),
    "a vote in an open poll is a count": (
        """UPDATE events SET body = replace(body, '"poll.voted"', '"poll.closed"')""",
        "line",
    ),
    "a member is gone": ("DELETE FROM members", "is None, the log says"),
    "a position is wrong": ("UPDATE members SET position = position + 1", "the log says"),
    "a pin is gone": ("DELETE FROM pins", "pinned are [], the log says"),
    "a pin is somebody else's": ("UPDATE pins SET seq = seq + 1", "pinned are"),
    "what was saved is gone": ("DELETE FROM saved", "saved are [], the log says"),
    "a mute is forgotten": ("UPDATE members SET muted = 0", "the log says"),
    "a conversation is found by others": (
        "UPDATE channels SET people_key = 'x' WHERE people_key IS NOT NULL",
        "the table has",
    ),
    "a conversation became a channel": ("UPDATE channels SET kind = 'channel'", "the table has"),
    "a conversation began otherwise": (
        """UPDATE events SET body = replace(body, '"kind":"direct"', '"kind":"group"')""",
        "that cannot be",
    ),
    "a reply is in another thread": ("UPDATE lines SET thread = 2 WHERE thread = 1", "the log says"),
    "a reply became a message of the room": ("UPDATE lines SET thread = NULL", "the log says"),
    "a thread is not shown": ("UPDATE lines SET replies = NULL", "the log says"),
    "a reply has another place": (
        """UPDATE events SET body = replace(body, '"place":2', '"place":7')""",
        "has place 7",
    ),
    "a thread is followed no more": ("DELETE FROM follows", "the log says"),
    "a thread was read further": ("UPDATE follows SET position = position + 1", "the log says"),
    "the newest message is another": ("UPDATE channels SET newest = number", "the table has"),
    "a head is wrong": ("UPDATE channels SET seq = seq + 1", "the table has"),
    "a number is wrong": ("UPDATE channels SET number = number - 1", "the table has"),
    "a count is wrong": ("UPDATE channels SET members = 7", "the table has"),
    "a name is wrong": ("UPDATE channels SET name = 'x' WHERE private", "the table has"),
    "a user's head is wrong": ("UPDATE users SET seq = seq - 1", "the head is"),
    "a key is gone": ("DELETE FROM keys WHERE key = 'key-two'", "its key is not kept"),
    "a key points elsewhere": ("UPDATE keys SET seq = 1", "points to what is not there"),
    "a log of nobody": ("INSERT INTO events VALUES ('channel:x', 1, NULL, '{}')", "a log of nobody"),
    "an event of another stream": (
        """UPDATE events SET body = replace(body, '"user":"0', '"user":"1') WHERE stream LIKE 'user:%'""",
        "does not belong here",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damage_is_found(tmp_path: Path, damage: str) -> None:
    await live(tmp_path)
    sql, expected = DAMAGE[damage]
    connection = sqlite3.connect(tmp_path / DATABASE)
    # SQLite's own make text of what are blobs here.
    connection.create_function("replace", 3, _replace)
    connection.create_function("like", 2, _like)
    changed = connection.execute(sql).rowcount
    connection.commit()
    connection.close()
    assert changed
    report = verify(tmp_path)
    assert not report.ok
    assert any(expected in problem for problem in report.problems), report.problems


def _replace(body: bytes, old: str, new: str) -> bytes:
    return body.replace(old.encode(), new.encode())


def _like(pattern: str, value: bytes | str) -> bool:
    text = value.decode() if isinstance(value, bytes) else value
    return all(part in text for part in pattern.split("%"))


async def test_a_report_is_bounded(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        ann = await world.user("Ann")
        await world.append_together(*[world.posting(ann, world.general) for _ in range(2 * MAX_PROBLEMS)])
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("DELETE FROM lines")
    connection.commit()
    connection.close()
    report = verify(tmp_path)
    assert report.problem_count > 2 * MAX_PROBLEMS
    assert len(report.problems) == MAX_PROBLEMS
