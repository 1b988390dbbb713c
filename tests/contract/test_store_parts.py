"""Parts, quotes and forwards in the store: what a post is tied to, and what its deletion takes with it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hubbub.domain.files import FileInfo, StoredFile, UploadBounds, UploadRow
from hubbub.domain.ids import channel_stream, new_id
from hubbub.domain.intents import AddReaction, Appended, PostMessage
from hubbub.domain.new_parts import Forwarded, NewFile, NewLocation, NewMeeting, NewPart, NewPhoto, NewVideo
from hubbub.errors import Refused
from hubbub.protocol.events import MessagePosted
from hubbub.protocol.feed import LoggedEvent
from hubbub.protocol.parts import FilePart, PhotoPart, Quote
from hubbub.store.engine import DATABASE
from hubbub.store.feed import Feed
from tests.support.store_world import World, open_world

PICTURE = FileInfo(media_type="image/png", size=700, digest="0" * 64, width=40, height=30, thumbs=[(20, 15)])
PLAIN = FileInfo(media_type="application/pdf", size=900, digest="1" * 64)
BOUNDS = UploadBounds(uploads=5, quota=10_000)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def begin(world: World, owner: str, size: int = 900, name: str = "plan.pdf") -> str:
    file = new_id(world.clock())
    row = UploadRow(id=file, owner=owner, name=name, media_type="", size=size, at=world.clock())
    await world.store.files.create(row, BOUNDS)
    return file


async def upload(world: World, owner: str, info: FileInfo = PLAIN, name: str = "plan.pdf") -> str:
    file = await begin(world, owner, info.size, name)
    await world.store.files.finish(file, name, info, info.size, world.clock())
    return file


async def post(
    world: World,
    actor: str,
    channel: str,
    *parts: NewPart,
    text: str = "",
    reply: int | None = None,
    forward: Forwarded | None = None,
    key: str | None = None,
) -> Appended:
    intent = PostMessage(actor, channel, text, key, world.clock(), parts, reply, forward)
    return await world.append(intent)


async def message(world: World, user: str, channel: str, number: int) -> MessagePosted:
    lines = await world.store.channels.fetch_lines(user, channel, before=None, after=None, around=number, limit=1)
    (line,) = lines.lines
    assert isinstance(line, MessagePosted)
    return line


def assert_whole(world: World) -> None:
    report = world.verify()
    assert report.problems == []


async def test_a_part_carries_what_is_needed_to_draw_it(world: World) -> None:
    ana = await world.user("ana")
    photo = await upload(world, ana, PICTURE, "beach.png")
    await post(world, ana, world.general, NewPhoto(file=photo, alt="The beach"))
    (part,) = (await message(world, ana, world.general, 1)).parts
    assert isinstance(part, PhotoPart)
    assert (part.file, part.name, part.size, part.width, part.height) == (photo, "beach.png", 700, 40, 30)
    assert [(thumb.width, thumb.height) for thumb in part.thumbs] == [(20, 15)]
    assert part.alt == "The beach"
    assert_whole(world)


async def test_a_plain_post_looks_as_it_always_did(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, "hi")
    (batch,) = world.commits[-1]
    assert b"parts" not in batch.payloads[0]
    assert b"reply" not in batch.payloads[0]


async def test_only_its_uploader_can_post_a_file(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    file = await upload(world, ana)
    with pytest.raises(Refused, match="no_such_file"):
        await post(world, bo, world.general, NewFile(file=file))
    with pytest.raises(Refused, match="no_such_file"):
        await post(world, bo, world.general, NewFile(file=new_id(world.clock())))


async def test_an_unfinished_upload_cannot_be_posted_yet(world: World) -> None:
    ana = await world.user("ana")
    with pytest.raises(Refused, match="file_not_ready"):
        await post(world, ana, world.general, NewFile(file=await begin(world, ana)))
    assert_whole(world)


async def test_a_document_is_no_photo(world: World) -> None:
    ana = await world.user("ana")
    file = await upload(world, ana)
    for part in (NewPhoto(file=file), NewVideo(file=file)):
        with pytest.raises(Refused, match="bad_part"):
            await post(world, ana, world.general, part)


async def test_a_post_with_parts_is_stored_once_for_its_key(world: World) -> None:
    ana = await world.user("ana")
    file = await upload(world, ana)
    first = await post(world, ana, world.general, NewFile(file=file), key="once")
    await world.delete(ana, world.general, 1)
    assert await post(world, ana, world.general, NewFile(file=file), key="once") == first


async def test_who_is_invited_is_named(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    await post(world, ana, world.general, NewMeeting(subject="Release", people=[bo, bo]))
    (part,) = (await message(world, ana, world.general, 1)).parts
    assert [user.name for user in getattr(part, "people", [])] == ["bo"]
    with pytest.raises(Refused, match="no_such_user"):
        await post(world, ana, world.general, NewMeeting(subject="Release", people=[new_id(world.clock())]))


async def test_the_text_beside_a_part_can_be_edited_away_but_no_other(world: World) -> None:
    ana = await world.user("ana")
    await post(world, ana, world.general, NewLocation(latitude=1.5, longitude=2.5), text="here")
    await world.post(ana, world.general, "words")
    await world.edit(ana, world.general, 1, "")
    assert (await message(world, ana, world.general, 1)).text == ""
    assert len((await message(world, ana, world.general, 1)).parts) == 1
    with pytest.raises(Refused, match="bad_text"):
        await world.edit(ana, world.general, 2, "")
    assert_whole(world)


async def test_the_list_of_channels_shows_the_kind_of_a_message_without_words(world: World) -> None:
    ana = await world.user("ana")
    await post(world, ana, world.general, NewFile(file=await upload(world, ana)))
    await world.user("bo")  # is told of the channel with its newest message
    (summary,) = await world.store.channels.fetch_summaries(ana)
    assert summary.last is not None
    assert (summary.last.text, summary.last.kind) == ("", "file")
    assert_whole(world)
    await world.delete(ana, world.general, 1)
    assert_whole(world)


# --- who may read a file ---------------------------------------------------------------------------------------------


async def readers_of(world: World, file: str, *users: str) -> list[bool]:
    found = await asyncio.gather(
        *(world.store.files.fetch_readable(user, file) for user in users), return_exceptions=True
    )
    assert {error.code for error in found if isinstance(error, Refused)} <= {"no_such_file"}
    return [isinstance(one, StoredFile) for one in found]


async def test_an_unposted_file_is_its_uploaders_alone(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    assert await readers_of(world, await upload(world, ana), ana, bo) == [True, False]
    assert await readers_of(world, await begin(world, ana), ana, bo) == [False, False]


async def test_a_file_follows_its_channel(world: World) -> None:
    ana, bo, guest = await world.user("ana"), await world.user("bo"), await world.user("gil", "guest")
    room = await world.channel(ana, "secret", private=True)
    open_room = await world.channel(ana, "open")
    hidden, shown = await upload(world, ana), await upload(world, ana)
    await post(world, ana, room, NewFile(file=hidden))
    await post(world, ana, open_room, NewFile(file=shown))
    assert await readers_of(world, hidden, ana, bo, guest) == [True, False, False]
    assert await readers_of(world, shown, ana, bo, guest) == [True, True, False]
    await world.join(guest, open_room, by=ana)
    await world.join(bo, room, by=ana)
    assert await readers_of(world, hidden, ana, bo, guest) == [True, True, False]
    assert await readers_of(world, shown, guest) == [True]
    await world.leave(bo, room)
    await world.leave(ana, room)
    assert await readers_of(world, hidden, ana, bo) == [False, False]


async def test_a_deleted_messages_file_is_gone_for_everyone(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    file = await upload(world, ana, name="diary.pdf")
    await post(world, ana, world.general, NewFile(file=file))
    assert await readers_of(world, file, ana, bo) == [True, True]
    await world.delete(ana, world.general, 1)
    assert await readers_of(world, file, ana, bo) == [False, False]
    assert await world.store.files.collect(0, 0) == [file]
    await world.store.files.forget([file])
    assert await world.store.files.collect(0, 0) == []
    assert_whole(world)
    await world.store.close()
    assert all(b"diary" not in found.read_bytes() for found in world.directory.glob(f"{DATABASE}*"))
    await world.open()


async def test_a_file_stays_while_one_message_still_has_it(world: World) -> None:
    ana = await world.user("ana")
    room = await world.channel(ana, "other", private=True)
    file = await upload(world, ana)
    await post(world, ana, world.general, NewFile(file=file), text="look")
    await post(world, ana, room, forward=Forwarded(channel=world.general, number=1))
    await world.delete(ana, world.general, 1)
    assert await readers_of(world, file, ana) == [True]
    assert await world.store.files.collect(0, 0) == []
    await world.delete(ana, room, 1)
    assert await world.store.files.collect(0, 0) == [file]
    assert_whole(world)


async def test_what_nobody_posted_is_collected_after_its_time(world: World) -> None:
    ana = await world.user("ana")
    old_open, old_ready, posted = await begin(world, ana), await upload(world, ana), await upload(world, ana)
    await post(world, ana, world.general, NewFile(file=posted))
    late = world.clock()
    young = await upload(world, ana)
    assert set(await world.store.files.collect(late, late)) == {old_open, old_ready}
    assert await readers_of(world, young, ana) == [True]
    assert await readers_of(world, posted, ana) == [True]
    with pytest.raises(Refused, match="no_such_file"):
        await post(world, ana, world.general, NewFile(file=old_ready))


async def test_uploads_and_their_bytes_are_bounded(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    for _ in range(BOUNDS.uploads):
        await begin(world, ana)
    with pytest.raises(Refused, match="too_many_uploads"):
        await begin(world, ana)
    await begin(world, bo, 10_000)
    with pytest.raises(Refused, match="quota_exceeded"):
        await begin(world, bo, 1)


# --- answers ---------------------------------------------------------------------------------------------------------


async def test_an_answer_quotes_what_it_answers(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    photo = await upload(world, ana, PICTURE)
    await post(world, ana, world.general, NewPhoto(file=photo), text="x" * 200)
    await post(world, bo, world.general, text="nice", reply=1)
    quote = (await message(world, ana, world.general, 2)).reply
    assert quote is not None
    assert quote.author is not None
    assert (quote.number, quote.author.name, quote.text, quote.kind) == (1, "ana", "x" * 140, "photo")
    assert quote.picture is not None
    assert quote.picture.file == photo
    assert_whole(world)


async def test_an_answer_to_nothing_is_refused(world: World) -> None:
    ana = await world.user("ana")
    with pytest.raises(Refused, match="no_such_message"):
        await post(world, ana, world.general, text="what?", reply=1)


async def test_what_is_deleted_lives_on_in_no_quote(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    await world.post(ana, world.general, "a treacherous secret")
    await post(world, bo, world.general, text="first", reply=1)
    await post(world, bo, world.general, text="second", reply=1)
    deleted = await world.delete(ana, world.general, 1)
    emptied = Quote(number=1, deleted=True, seq=deleted.seq)
    for number in (2, 3):
        line = await message(world, ana, world.general, number)
        assert (line.reply, bool(line.text)) == (emptied, True)
    late = await post(world, bo, world.general, text="late", reply=1)
    assert (await message(world, ana, world.general, late.number or 0)).reply == Quote(number=1, deleted=True)
    assert_whole(world)
    for _, body in await world.store.log.fetch_events(channel_stream(world.general), 0, 100):
        assert b"treacherous" not in body
    await world.store.close()
    assert all(b"treacherous" not in found.read_bytes() for found in world.directory.glob(f"{DATABASE}*"))
    await world.open()


async def test_an_answer_deleted_before_or_after_what_it_answers_is_whole(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, "one")
    await post(world, ana, world.general, text="goes first", reply=1)
    await post(world, ana, world.general, text="goes last", reply=1)
    await world.delete(ana, world.general, 2)
    await world.delete(ana, world.general, 1)
    assert_whole(world)
    await world.delete(ana, world.general, 3)
    assert_whole(world)
    rows = sqlite3.connect(world.directory / DATABASE).execute("SELECT count(*) FROM answers").fetchone()
    assert rows == (0,)


async def test_verify_finds_a_quote_that_was_not_emptied(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, "one")
    answer = await post(world, ana, world.general, text="two", reply=1)
    bodies = dict(await world.store.log.fetch_events(channel_stream(world.general), 0, 100))
    await world.delete(ana, world.general, 1)
    emptied = dict(await world.store.log.fetch_events(channel_stream(world.general), 0, 100))

    def put(body: bytes) -> None:
        with sqlite3.connect(world.directory / DATABASE) as database:
            place = (body, channel_stream(world.general), answer.seq)
            database.execute("UPDATE events SET body = ? WHERE stream = ? AND seq = ?", place)

    put(bodies[answer.seq])
    assert any("quotes message 1" in problem for problem in world.verify().problems)
    put(emptied[answer.seq])


async def test_verify_finds_a_file_that_is_not_noted(world: World) -> None:
    ana = await world.user("ana")
    await post(world, ana, world.general, NewFile(file=await upload(world, ana)))
    database = sqlite3.connect(world.directory / DATABASE, isolation_level=None)
    (row,) = database.execute("SELECT file, channel, number FROM file_uses").fetchall()
    database.execute("DELETE FROM file_uses")
    assert any("has the files" in problem for problem in world.verify().problems)
    database.execute("INSERT INTO file_uses VALUES (?, ?, ?)", row)
    database.close()


async def test_followers_are_brought_the_emptied_answer_in_a_higher_version(world: World) -> None:
    ana = await world.user("ana")
    await world.post(ana, world.general, "one")
    answer = await post(world, ana, world.general, text="two", reply=1)
    feed = Feed(world.directory)
    try:
        before = feed.read(None, 100)
        deleted = await world.delete(ana, world.general, 1)
        after = feed.read(before.mark, 100)
    finally:
        feed.close()

    def version(events: tuple[LoggedEvent, ...]) -> list[int]:
        return [logged.version for logged in events if logged.event.seq == answer.seq and "channel" in logged.stream]

    assert (version(before.events), version(after.redacted)) == ([1], [2])
    states = {state.line.number: state for state in after.messages}
    assert states[2].version == deleted.seq
    assert states[2].line.reply == Quote(number=1, deleted=True, seq=deleted.seq)


# --- forwards --------------------------------------------------------------------------------------------------------


async def test_a_forward_copies_text_and_parts_and_says_from_whom(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    file = await upload(world, ana)
    await post(world, ana, world.general, NewFile(file=file), text="the plan")
    room = await world.channel(bo, "elsewhere", private=True)
    await post(world, bo, room, forward=Forwarded(channel=world.general, number=1))
    copy = await message(world, bo, room, 1)
    assert copy.forward is not None
    assert (copy.author, copy.text, copy.forward.author.name) == (bo, "the plan", "ana")
    assert (copy.forward.channel, copy.forward.number) == (world.general, 1)
    (part,) = copy.parts
    assert isinstance(part, FilePart)
    assert part.file == file
    assert_whole(world)


async def test_nobody_edits_the_words_they_forwarded(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    await world.post(ana, world.general, "I said this")
    await post(world, bo, world.general, forward=Forwarded(channel=world.general, number=1))
    with pytest.raises(Refused, match="not_yours"):
        await world.edit(bo, world.general, 2, "ana said that")
    assert (await message(world, bo, world.general, 2)).text == "I said this"


async def test_a_forward_does_not_tell_of_a_private_channel(world: World) -> None:
    ana = await world.user("ana")
    room = await world.channel(ana, "secret", private=True)
    await world.post(ana, room, "told in confidence")
    await post(world, ana, world.general, forward=Forwarded(channel=room, number=1))
    await post(world, ana, room, forward=Forwarded(channel=room, number=1))
    shown, inside = await message(world, ana, world.general, 1), await message(world, ana, room, 2)
    assert shown.forward is not None
    assert (shown.forward.channel, shown.forward.number) == (None, None)
    assert inside.forward is not None
    assert inside.forward.channel == room
    await post(world, ana, world.general, forward=Forwarded(channel=room, number=2))
    again = await message(world, ana, world.general, 2)
    assert again.forward is not None
    assert again.forward.channel is None


async def test_only_what_one_may_read_can_be_forwarded(world: World) -> None:
    ana, bo = await world.user("ana"), await world.user("bo")
    room = await world.channel(ana, "secret", private=True)
    await world.post(ana, room, "told in confidence")
    with pytest.raises(Refused, match="no_such_channel"):
        await post(world, bo, world.general, forward=Forwarded(channel=room, number=1))
    await world.delete(ana, room, 1)
    with pytest.raises(Refused, match="already_deleted"):
        await post(world, ana, world.general, forward=Forwarded(channel=room, number=1))


async def test_everything_survives_a_restart(world: World) -> None:
    ana = await world.user("ana")
    await post(world, ana, world.general, NewPhoto(file=await upload(world, ana, PICTURE)), text="one")
    await post(world, ana, world.general, text="two", reply=1)
    await world.append(AddReaction(ana, world.general, 1, "🎉", world.clock()))
    before = [await message(world, ana, world.general, number) for number in (1, 2)]
    await world.reopen()
    assert [await message(world, ana, world.general, number) for number in (1, 2)] == before
    assert_whole(world)
