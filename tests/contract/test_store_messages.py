"""Posting, editing, deleting and reacting, on every store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.ids import channel_stream
from hubbub.domain.intents import Appended
from hubbub.errors import Refused
from hubbub.protocol.events import (
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Reaction,
    ReactionAdded,
    ReactionRemoved,
)
from hubbub.store.limits import StoreLimits
from tests.support.store_world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, StoreLimits(reactions_per_message=6, emoji_per_message=3)) as world:
        yield world


@pytest.fixture
async def ann(world: World) -> str:
    return await world.user("Ann")


@pytest.fixture
async def bob(world: World, ann: str) -> str:
    return await world.user("Bob")


async def test_a_post_takes_the_next_seq_and_the_next_number(world: World, ann: str) -> None:
    first = await world.post(ann, world.general)
    second = await world.post(ann, world.general)
    assert (second.seq, second.number) == (first.seq + 1, 2)
    assert first.stream == channel_stream(world.general)


async def test_what_is_read_from_the_log_is_what_was_delivered(world: World, ann: str) -> None:
    world.commits.clear()
    answer = await world.post(ann, world.general, "hi", "k")
    [[batch]] = world.commits
    assert await world.store.log.fetch_events(batch.stream, answer.seq - 1, 10) == [(answer.seq, batch.payloads[0])]


async def test_a_key_used_again_gets_the_first_answer_and_stores_nothing(world: World, ann: str) -> None:
    first = await world.post(ann, world.general, "hi", "k")
    assert await world.post(ann, world.general, "something else", "k") == first
    assert (await world.room(ann, world.general)).channel.number == 1


async def test_a_key_is_kept_over_a_restart_and_after_deletion(world: World, ann: str) -> None:
    first = await world.post(ann, world.general, "hi", "k")
    await world.delete(ann, world.general, 1)
    await world.reopen()
    assert await world.post(ann, world.general, "hi", "k") == first


async def test_a_key_is_each_users_own(world: World, ann: str, bob: str) -> None:
    await world.post(ann, world.general, "hi", "k")
    assert (await world.post(bob, world.general, "hi", "k")).number == 2


async def test_somebody_removed_since_still_gets_the_first_answer_to_a_key(world: World, ann: str, bob: str) -> None:
    first = await world.post(bob, world.general, "hi", "k")
    await world.leave(bob, world.general)
    assert await world.post(bob, world.general, "hi", "k") == first
    with pytest.raises(Refused, match="not_a_member"):
        await world.post(bob, world.general, "hi", "another")


async def test_an_edit_changes_the_line_and_keeps_the_old_text_in_the_log(world: World, ann: str) -> None:
    await world.post(ann, world.general, "helo")
    answer = await world.edit(ann, world.general, 1, "hello")
    line = await world.message(ann, world.general, 1)
    assert (line.text, line.edited_at) == ("hello", world.now)
    *_, posted, edited = await world.channel_events(world.general)
    assert isinstance(posted, MessagePosted)
    assert posted.text == "helo"
    assert isinstance(edited, MessageEdited)
    assert edited.seq == answer.seq


async def test_an_edit_to_the_same_text_writes_nothing(world: World, ann: str) -> None:
    posted = await world.post(ann, world.general, "same")
    assert await world.edit(ann, world.general, 1, "same") == Appended(posted.stream, posted.seq, 1)


async def test_nobody_edits_anothers_message(world: World, ann: str, bob: str) -> None:
    await world.post(bob, world.general)
    with pytest.raises(Refused, match="not_yours"):
        await world.edit(ann, world.general, 1, "x")


async def test_a_member_deletes_their_own_message_and_the_owner_anybodys(world: World, ann: str, bob: str) -> None:
    for author in (ann, bob, bob):
        await world.post(author, world.general)
    with pytest.raises(Refused, match="not_yours"):
        await world.delete(bob, world.general, 1)
    await world.delete(bob, world.general, 2)
    await world.delete(ann, world.general, 3)


async def test_a_deleted_message_takes_no_more_changes(world: World, ann: str) -> None:
    await world.post(ann, world.general)
    await world.delete(ann, world.general, 1)
    for change in (
        world.edit(ann, world.general, 1, "x"),
        world.delete(ann, world.general, 1),
        world.react(ann, world.general, 1),
    ):
        with pytest.raises(Refused, match="already_deleted"):
            await change


@pytest.mark.parametrize("number", [0, 2, 2**60])
async def test_a_message_that_is_not_there_cannot_be_changed(world: World, ann: str, number: int) -> None:
    await world.post(ann, world.general)
    for change in (
        world.edit(ann, world.general, number, "x"),
        world.delete(ann, world.general, number),
        world.react(ann, world.general, number),
        world.unreact(ann, world.general, number),
    ):
        with pytest.raises(Refused, match="no_such_message"):
            await change


async def test_deletion_blanks_every_earlier_event_of_the_message(world: World, ann: str, bob: str) -> None:
    await world.post(bob, world.general, "secret-1", "secret-key")
    await world.edit(bob, world.general, 1, "secret-2")
    await world.react(ann, world.general, 1, "🤫")
    await world.unreact(ann, world.general, 1, "🤫")
    before = await world.channel_events(world.general)
    await world.delete(bob, world.general, 1)
    after = await world.channel_events(world.general)
    *_, posted, edited, added, removed, deleted = after
    assert isinstance(deleted, MessageDeleted)
    assert [event.seq for event in after] == list(range(1, len(before) + 2))
    assert isinstance(posted, MessagePosted)
    assert (posted.redacted, posted.text, posted.key, posted.number, posted.author) == (True, "", None, 1, bob)
    assert isinstance(edited, MessageEdited)
    assert (edited.redacted, edited.text) == (True, "")
    assert isinstance(added, ReactionAdded)
    assert isinstance(removed, ReactionRemoved)
    assert [added.redacted, removed.redacted, added.emoji, removed.emoji] == [True, True, "", ""]
    assert [event.at for event in after[:-1]] == [event.at for event in before]
    line = await world.message(ann, world.general, 1)
    assert (line.deleted, line.text, line.reactions, line.key, line.edited_at) == (True, "", [], None, None)


async def test_deletion_also_blanks_the_summary_of_who_joined_behind_the_message(world: World, ann: str) -> None:
    room = await world.channel(ann)
    await world.post(ann, room, "before")
    await world.post(ann, room, "secret")
    bob = await world.user("Bob")
    await world.join(bob, room)
    await world.leave(bob, room)
    await world.join(bob, room)
    await world.post(ann, room, "later")
    await world.delete(ann, room, 2)
    for _, body in await world.store.log.fetch_events(f"user:{bob}", 0, 100):
        assert b"secret" not in body
    assert world.verify().ok


async def test_other_messages_keep_their_content_when_one_is_deleted(world: World, ann: str) -> None:
    for text in ("one", "two", "three"):
        await world.post(ann, world.general, text)
    await world.react(ann, world.general, 1)
    await world.delete(ann, world.general, 2)
    assert (await world.message(ann, world.general, 1)).text == "one"
    assert (await world.message(ann, world.general, 1)).reactions == [Reaction(emoji="👍", users=[ann])]
    assert (await world.message(ann, world.general, 3)).text == "three"


async def test_reactions_stand_in_the_order_they_were_chosen(world: World, ann: str, bob: str) -> None:
    await world.post(ann, world.general)
    for user, emoji in ((bob, "🎉"), (ann, "👍"), (ann, "🎉")):
        await world.react(user, world.general, 1, emoji)
    assert (await world.message(ann, world.general, 1)).reactions == [
        Reaction(emoji="🎉", users=[bob, ann]),
        Reaction(emoji="👍", users=[ann]),
    ]
    await world.unreact(ann, world.general, 1, "👍")
    assert (await world.message(ann, world.general, 1)).reactions == [Reaction(emoji="🎉", users=[bob, ann])]


async def test_choosing_twice_and_taking_back_what_was_not_chosen_write_nothing(world: World, ann: str) -> None:
    await world.post(ann, world.general)
    first = await world.react(ann, world.general, 1)
    assert (await world.react(ann, world.general, 1)).seq == first.seq
    assert (await world.unreact(ann, world.general, 1, "🎉")).seq == first.seq


async def test_a_message_holds_a_bounded_number_of_reactions_and_of_emoji(world: World, ann: str, bob: str) -> None:
    await world.post(ann, world.general)
    for emoji in "😀😁😂":
        await world.react(ann, world.general, 1, emoji)
    with pytest.raises(Refused, match="too_many_reactions"):
        await world.react(bob, world.general, 1, "😃")
    for emoji in "😀😁😂":
        await world.react(bob, world.general, 1, emoji)
    carl = await world.user("Carl")
    with pytest.raises(Refused, match="too_many_reactions"):
        await world.react(carl, world.general, 1, "😀")


async def test_the_summary_shows_the_newest_message_as_it_is_now(world: World, ann: str) -> None:
    await world.post(ann, world.general, "one")
    await world.post(ann, world.general, "字" * 200)
    last = (await world.room(ann, world.general)).channel.last
    assert last is not None
    assert (last.number, last.text) == (2, "字" * 140)
    await world.edit(ann, world.general, 2, "edited")
    last = (await world.room(ann, world.general)).channel.last
    assert last is not None
    assert last.text == "edited"
    await world.delete(ann, world.general, 2)
    last = (await world.room(ann, world.general)).channel.last
    assert last is not None
    assert (last.number, last.text, last.deleted) == (2, "", True)


async def test_somebody_who_stopped_waiting_has_posted_all_the_same(world: World, ann: str) -> None:
    task = asyncio.create_task(world.post(ann, world.general, "bye"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await world.post(ann, world.general, "hi")
    assert (await world.message(ann, world.general, 1)).text == "bye"
