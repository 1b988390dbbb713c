"""What every search engine finds: the same queries, the same messages, and never one that its asker may not read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date
from pathlib import Path

import pytest

from hubbub.domain.files import FileInfo, UploadBounds, UploadRow
from hubbub.domain.finding import Page, Scope
from hubbub.domain.ids import new_id
from hubbub.domain.intents import PostMessage
from hubbub.domain.new_parts import NewLocation, NewMeeting, NewPhoto, NewPoll
from hubbub.domain.query import parse_query
from hubbub.errors import Refused
from tests.support.searching import ENGINES, Searching, marked, places_of

DAY = 86_400_000


@pytest.fixture(params=ENGINES)
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Searching]:
    async with ENGINES[request.param](tmp_path, request) as searching:
        yield searching


@pytest.fixture
async def ann(here: Searching) -> str:
    return await here.world.user("Ann")


async def post_all(here: Searching, user: str, *texts: str) -> None:
    for text in texts:
        await here.world.post(user, here.world.general, text)


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("q", ["发布会", "发", "会", "布会", "明天下午", "“开发布”"])
async def test_any_part_of_a_chinese_sentence_finds_it(here: Searching, ann: str, q: str) -> None:
    await post_all(here, ann, "我们明天下午开发布会议", "天明下", "nothing")
    assert await here.numbers(ann, q) == [1]


QUERIES = [
    ("deploy", [1]),
    ("DEPLOYED", [1]),
    ("deploying now", [1]),
    ("now", [1, 2]),
    ("会布发", []),
    ('"now we"', [2]),
    ('"we now"', []),
    ("café", [3]),
    ("CAFE", [3]),
    ("foo_bar", [4]),
    ("foo", [4]),
    ("foo bar", [4]),
    ("v1.2", [4]),
    ("2.1", []),
    ("dep*", [1]),
    ("happy*", [5]),
    ("Happily", [5]),
    ("👍", [5]),
    ("カタ", [6]),
    ("한글", [6]),
    ("ｆｏｏ", [4]),
    ("C++", [7]),
    ("c", []),
    ("don't", [7]),
    ("com", [8]),
    ("hubbub.example.com", [8]),
    ("now -we", [1]),
    ('now -"now we"', [1]),
    ("-now", [3, 4, 5, 6, 7, 8]),
    ("-now -caf*", [4, 5, 6, 7, 8]),
    ("absent", []),
    ("now absent", []),
]


async def test_several_beginnings_of_very_many_words_find_all_that_has_them(here: Searching, ann: str) -> None:
    endings = [f"{a}{b}{c}" for a in "bcdfghjklm" for b in "aeiouxywvt" for c in "bcdfghjklmnp"]
    for part in (endings[:600], endings[600:]):
        await post_all(here, ann, " ".join(f"{begin}{end}" for begin in ("qua", "zwo", "hru") for end in part))
    await post_all(here, ann, "quambo zwombo hrumbo", "quambo zwombo")
    assert await here.numbers(ann, "qua* zwo* hru*") == [1, 2, 3]
    assert await here.numbers(ann, "qua* zwo* -hru*") == [4]


@pytest.fixture
async def texts(here: Searching, ann: str) -> str:
    await post_all(
        here,
        ann,
        "Deploying now",
        "now we rest",
        "Un café, s'il vous plaît",
        "look at foo_bar of v1.2",
        "happily 👍🏽",
        "カタカナ and 한글",
        "I don't like C++",
        "see https://hubbub.example.com/x",
    )
    return ann


async def test_words_phrases_beginnings_and_their_absence(here: Searching, texts: str) -> None:
    found = {q: await here.numbers(texts, q) for q, _ in QUERIES}
    assert found == dict(QUERIES)


async def test_what_is_found_is_marked_in_the_text_as_it_was_written(here: Searching, texts: str) -> None:
    assert marked(await here.search(texts, "CAFE plait")) == "Un [café], s'il vous [plaît]"
    assert marked(await here.search(texts, "foo_bar v1*")) == "look at [foo_bar] of [v1].2"
    assert marked(await here.search(texts, "タカ")) == "カ[タカ]ナ and 한글"
    assert marked(await here.search(texts, "in:general from:ann happ*")) == "[happily] 👍🏽"
    assert marked(await here.search(texts, "has:link")) == "see https://hubbub.example.com/x"


async def test_a_long_text_is_cut_around_what_was_found(here: Searching, ann: str) -> None:
    await post_all(here, ann, "begin " + "filler " * 200 + "needle" + " filler" * 200)
    text = marked(await here.search(ann, "needle"))
    assert text.startswith("…")
    assert text.endswith("…")
    assert "[needle]" in text
    assert len(text) < 300


# --- operators ----------------------------------------------------------------------------------------------------


async def test_by_whom_and_where(here: Searching, ann: str) -> None:
    world = here.world
    bo = await world.user("Bo")
    room = await world.channel(ann, "Our Room")
    await world.join(bo, room)
    for user, channel in [(ann, world.general), (bo, world.general), (ann, room), (bo, room)]:
        await world.post(user, channel, "hello")
    general = world.general
    assert await here.places(ann, "hello from:bo") == [(room, 2), (general, 2)]
    assert await here.places(ann, "hello from：@BO in:#general") == [(general, 2)]
    assert await here.places(ann, 'in:"our room" hello') == [(room, 2), (room, 1)]
    assert await here.places(ann, "in:“our room” from:me") == [(room, 1)]
    assert await here.places(ann, f"hello in:{room} in:general from:{bo}") == [(room, 2), (general, 2)]
    assert await here.places(ann, "hello -from:bo -in:general") == [(room, 1)]
    assert await here.places(ann, "from:bo from:ann") == [(room, 2), (room, 1), (general, 2), (general, 1)]
    assert await here.places(ann, "in:general -in:general") == []


async def test_quotation_marks_in_a_channels_name_make_no_difference(here: Searching, ann: str) -> None:
    room = await here.world.channel(ann, '#The "old" 「room」')
    await here.world.post(ann, room, "hello")
    await here.world.post(ann, here.world.general, "hello")
    for q in ('in:"the old room" hello', "in:“#The old room” hello", f"in:{room} hello"):
        assert await here.places(ann, q) == [(room, 1)]


async def test_what_a_message_has_by_now(here: Searching, ann: str) -> None:
    world = here.world
    await post_all(here, ann, "see https://a.example", "run `make test`", "plain", "plain too", "plain as well")
    await world.react(ann, world.general, 3)
    await world.react(ann, world.general, 4)
    await world.unreact(ann, world.general, 4)
    await world.edit(ann, world.general, 5, "now with www.b.example")
    found = {q: await here.numbers(ann, q) for q in ("has:link", "has:code", "has:reaction", "has:edited")}
    assert found == {"has:link": [1, 5], "has:code": [2], "has:reaction": [3], "has:edited": [5]}
    assert await here.numbers(ann, "has:link has:edited") == [5]
    assert await here.numbers(ann, "has:link -has:edited") == [1]
    assert await here.numbers(ann, "plain -has:reaction") == [4]


async def test_parts_are_found_by_their_kind_and_by_their_words(here: Searching, ann: str) -> None:
    world = here.world
    info = FileInfo(media_type="image/png", size=7, digest="0" * 64, width=4, height=3)
    row = UploadRow(id=new_id(world.clock()), owner=ann, name="", media_type="", size=7, at=world.clock())
    await world.store.files.create(row, UploadBounds(uploads=1, quota=100))
    await world.store.files.finish(row.id, "Ferienplan 2026.png", info, 7, world.clock())
    for text, part in (
        ("look", NewPhoto(file=row.id, alt="Dunes behind the lighthouse")),
        ("", NewLocation(latitude=57.05, longitude=9.92, name="码头旁边")),
        ("soon", NewMeeting(subject="Deploying")),
        ("", NewPoll(question="Where to?", options=["Riverbank", "去爬山"])),
    ):
        await world.append(PostMessage(ann, world.general, text, None, world.clock(), (part,)))
    kinds = ("has:photo", "has:file", "has:location", "has:meeting", "has:poll", "has:video", "has:file -has:photo")
    assert [await here.numbers(ann, q) for q in kinds] == [[1], [1], [2], [3], [4], [], []]
    words = ("ferienplan", "lighthouse look", "码头", "deploy", "riverbank where", "爬山", "harbour")
    assert [await here.numbers(ann, q) for q in words] == [[1], [1], [2], [3], [4], [4], []]
    assert marked(await here.search(ann, "lighthouse")) == "look\nFerienplan 2026.png\nDunes behind the [lighthouse]"
    await world.edit(ann, world.general, 1, "seen")
    assert [await here.numbers(ann, q) for q in ("dunes seen", "look", "has:photo has:edited")] == [[1], [], [1]]
    await world.edit(ann, world.general, 4, "please vote")
    assert await here.numbers(ann, "riverbank vote") == [4]
    for number in (1, 4):
        await world.delete(ann, world.general, number)
    gone = ("dunes", "has:file", "riverbank", "has:poll")
    assert [await here.numbers(ann, q) for q in gone] == [[]] * 4


async def test_days_and_months_begin_at_midnight_of_the_askers_zone(here: Searching, ann: str) -> None:
    world = here.world
    world.now = 1_767_200_400_000  # 2025-12-31 17:00 in UTC: already the next year in Shanghai
    await post_all(here, ann, "one")
    world.now += DAY
    await post_all(here, ann, "two")
    world.now += 40 * DAY
    await post_all(here, ann, "three")

    async def numbers(q: str, zone: str) -> list[int]:
        return sorted(hit.message.number for hit in (await here.search(ann, q, zone=zone)).hits)

    assert await numbers("on:2025-12-31", "UTC") == [1]
    assert await numbers("on:2025-12-31", "Asia/Shanghai") == []
    assert await numbers("on:2026-01", "Asia/Shanghai") == [1, 2]
    assert await numbers("before:2026", "UTC") == [1]
    assert await numbers("after:2026-01-01", "UTC") == [3]
    assert await numbers("after:2025-12 before:2026-02", "UTC") == [2]
    assert await numbers("-on:2026-01", "UTC") == [1, 3]
    assert await numbers("on:today", "UTC") == [3]
    assert await numbers("two on:2026-01-01", "UTC") == [2]


# --- the present state --------------------------------------------------------------------------------------------


async def test_an_edited_message_is_found_by_its_present_text_alone(here: Searching, ann: str) -> None:
    await post_all(here, ann, "the old words")
    await here.world.edit(ann, here.world.general, 1, "the new ones")
    assert await here.numbers(ann, "old") == []
    result = await here.search(ann, "new")
    assert result.hits[0].message.text == "the new ones"
    assert result.hits[0].message.edited_at is not None


async def test_a_deleted_message_is_found_by_nothing(here: Searching, ann: str) -> None:
    await post_all(here, ann, "the first", "the second")
    await here.search(ann, "first")
    await here.world.delete(ann, here.world.general, 1)
    for q in ("first", "the", "from:ann", "in:general", "fir*", "-second"):
        assert (here.world.general, 1) not in await here.places(ann, q)
    result = await here.search(ann, "first")
    assert (result.total, result.facets.authors, result.suggestion) == (0, [], None)


async def test_what_is_found_has_its_reactions_and_the_names_of_all_in_it(here: Searching, ann: str) -> None:
    bo = await here.world.user("Bo")
    await post_all(here, ann, "hello")
    await here.world.react(bo, here.world.general, 1, "🎉")
    result = await here.search(ann, "hello")
    assert result.hits[0].message == await here.world.message(ann, here.world.general, 1)
    assert {user.name for user in result.users} == {"Ann", "Bo"}


# --- order, pages, counts -----------------------------------------------------------------------------------------


async def test_a_text_full_of_the_word_comes_before_one_that_mentions_it(here: Searching, ann: str) -> None:
    await post_all(here, ann, "release release notes", "a very long text that has the release among " + "others " * 30)
    result = await here.search(ann, "release", order="best")
    assert [number for _, number in places_of(result)] == [1, 2]


async def test_of_two_alike_the_newer_comes_first(here: Searching, ann: str) -> None:
    await post_all(here, ann, "release notes")
    here.world.now += 90 * DAY
    await post_all(here, ann, "release notes")
    for order in ("best", "newest"):
        result = await here.search(ann, "release", order="best" if order == "best" else "newest")
        assert [number for _, number in places_of(result)] == [2, 1]


@pytest.mark.parametrize("order", ["best", "newest"])
async def test_pages_hold_everything_once(here: Searching, ann: str, order: str) -> None:
    await post_all(here, ann, *[f"word {'more ' * (i % 5)}" for i in range(23)])
    seen: list[int] = []
    cursor: str | None = None
    for _ in range(5):
        page = await here.search(ann, "word", order="best" if order == "best" else "newest", limit=5, cursor=cursor)
        assert (page.total, page.exact) == (23, True)
        seen += [number for _, number in places_of(page)]
        cursor = page.cursor
    assert cursor is None
    assert sorted(seen) == list(range(1, 24))


async def test_counts_are_of_everything_found_and_not_of_one_page(here: Searching, ann: str) -> None:
    world = here.world
    bo, room = await world.user("Bo"), await world.channel(ann, "room")
    await post_all(here, ann, "word", "word")
    await post_all(here, bo, "word")
    world.now += 40 * DAY
    await world.post(ann, room, "word")
    facets = (await here.search(ann, "word", limit=1)).facets
    assert [(each.name, each.count) for each in facets.channels] == [("general", 3), ("room", 1)]
    assert [(each.name, each.count) for each in facets.authors] == [("Ann", 3), ("Bo", 1)]
    assert [(each.month, each.count) for each in facets.months] == [("2026-01", 1), ("2025-12", 3)]


async def test_a_misspelt_word_is_suggested_where_nothing_was_found(here: Searching, ann: str) -> None:
    await post_all(here, ann, "Deploying on Friday", "deploys are frequent")
    assert (await here.search(ann, "deplyo friday")).suggestion in ("deploying friday", "deploys friday")
    assert (await here.search(ann, "deploy")).suggestion is None
    assert (await here.search(ann, "xylophone")).suggestion is None


# --- permission ---------------------------------------------------------------------------------------------------


async def test_only_words_the_asker_may_read_are_suggested_and_no_other_takes_their_place(
    here: Searching, ann: str
) -> None:
    bo = await here.world.user("Bo")
    secret = await here.world.channel(bo, "Secret", private=True)
    # More of them than an engine offers, each in more messages than the one that may be read.
    for _ in range(3):
        await here.world.post(bo, secret, " ".join(f"zorba{letter}" for letter in "bcfghijklmnopruvwxz") + " vexilog")
    await post_all(here, ann, "a zorbat in general")
    assert (await here.search(ann, "zorbaq")).suggestion == "zorbat"
    assert (await here.search(ann, "vexilot")).suggestion is None
    assert (await here.search(bo, "vexilot")).suggestion == "vexilog"
    assert (await here.search(bo, "in:general zorbaq")).suggestion == "in:general zorbat"


async def test_public_channels_are_searched_by_all_but_guests_and_private_ones_by_members(here: Searching) -> None:
    world = here.world
    ann, bo, gus = await world.user("Ann"), await world.user("Bo"), await world.user("Gus", "guest")
    public, secret = await world.channel(ann, "public"), await world.channel(ann, "secret", private=True)
    for channel in (world.general, public, secret):
        await world.post(ann, channel, "word")
    assert await here.places(ann, "word") == [(secret, 1), (public, 1), (world.general, 1)]
    assert await here.places(bo, "word") == [(public, 1), (world.general, 1)]
    assert await here.places(gus, "word") == [(world.general, 1)]
    await world.join(gus, secret, by=ann)
    assert await here.places(gus, "word") == [(secret, 1), (world.general, 1)]


async def test_a_removed_member_finds_nothing_more_there_and_cannot_tell_it_from_nothing(here: Searching) -> None:
    world = here.world
    ann, bo = await world.user("Ann"), await world.user("Bo")
    secret = await world.channel(ann, "secret", private=True)
    await world.join(bo, secret, by=ann)
    await world.post(bo, secret, "zebra")
    assert await here.places(bo, "zebra") == [(secret, 1)]
    await world.leave(bo, secret, by=ann)
    for q in ("zebra", "zeb*", "from:bo", "-absent", "zebar"):
        result = await here.search(bo, q)
        assert result.hits == []
        assert (result.total, result.suggestion, result.facets.channels) == (0, None, [])
    for name in ("secret", "absent", secret):
        with pytest.raises(Refused, match=f"bad_query: in:{name}: there is no channel of that name"):
            await here.search(bo, f"in:{name} zebra")


async def test_nothing_outside_the_scope_is_found_whoever_asks_the_engine(here: Searching, ann: str) -> None:
    """The engine itself, without the service that would check it."""
    room = await here.world.channel(ann, "room")
    await here.world.post(ann, here.world.general, "word")
    await here.world.post(ann, room, "word")
    await here.settle()
    page = Page("best", 10, here.world.now, UTC, 20)
    for q in ("word", "-absent", "has:link word", "from:x word"):
        found = await here.engine.search(parse_query(q, UTC, date(2026, 1, 1)), Scope(frozenset([room])), page)
        assert {hit.channel for hit in found.hits} <= {room}
        assert {channel for channel, _ in found.counts.channels} <= {room}
        nothing = await here.engine.search(parse_query(q, UTC, date(2026, 1, 1)), Scope(frozenset()), page)
        assert (nothing.hits, nothing.total) == ((), 0)


async def test_a_reply_is_found_with_its_thread_and_its_text_goes_with_it(here: Searching, ann: str) -> None:
    world = here.world
    await post_all(here, ann, "when does the ferry leave")
    reply = await world.answer(ann, world.general, 1, "the ferry leaves at 四点")
    hits = (await here.search(ann, "ferry 四点")).hits
    assert [(hit.message.number, hit.message.thread, hit.message.place) for hit in hits] == [(reply.number, 1, 1)]
    assert reply.number is not None
    await world.edit(ann, world.general, reply.number, "it leaves at five")
    assert await here.numbers(ann, "四") == []
    assert await here.numbers(ann, "five") == [2]
    await world.delete(ann, world.general, reply.number)
    assert await here.numbers(ann, "five") == []
    assert await here.numbers(ann, "ferry") == [1]
