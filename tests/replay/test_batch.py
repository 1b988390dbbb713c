"""Many posts in one breath: each is answered for itself, and a bad one harms no neighbour."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.client import Person, open_socket

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_sixty_four_posts_with_three_bad_ones_are_each_answered_rightly(people: list[Person]) -> None:
    channel = await people[0].create_channel("batch")
    hidden = await people[2].create_channel("batch hidden", private=True)
    bad = {7: {"text": " \n "}, 31: {"channel": hidden}, 50: {"key": "no such key!"}}
    async with open_socket(people[0]) as socket:
        start = socket.welcome["streams"][f"channel:{channel}"]
        posts = [{"channel": channel, "text": f"line {number}"} | bad.get(number, {}) for number in range(64)]
        answers = await asyncio.gather(*[await socket.send("message.post", **post) for post in posts])
        good = [answer for number, answer in enumerate(answers) if number not in bad]
        assert [answers[number]["code"] for number in bad] == ["bad_text", "no_such_channel", "bad_key"]
        assert [answer["number"] for answer in good] == list(range(1, 62))
        assert [answer["seq"] for answer in good] == list(range(start + 1, start + 62))
        await socket.until(lambda: len(socket.seqs(channel)) == 61, "61 events")
        assert socket.seqs(channel) == [answer["seq"] for answer in good]
        heard = {event["number"]: event["text"] for event in socket.events if event.get("channel") == channel}
        asked = {answer["number"]: posts[number]["text"] for number, answer in enumerate(answers) if number not in bad}
        assert heard == asked


async def test_one_key_in_one_batch_is_one_message(people: list[Person]) -> None:
    channel = await people[0].create_channel("keys")
    async with open_socket(people[0]) as socket:
        sent = [await socket.send("message.post", channel=channel, text="once", key="the-same") for _ in range(32)]
        answers = await asyncio.gather(*sent)
        after = await socket.ok("message.post", channel=channel, text="after")
        assert {(answer["type"], answer.get("seq"), answer.get("number")) for answer in answers} == {
            ("ok", answers[0]["seq"], 1)
        }
        assert after["number"] == 2
        await socket.until_seq(channel, after["seq"])
        assert socket.seqs(channel) == [answers[0]["seq"], after["seq"]]


async def test_all_readers_see_one_order_whoever_posts(people: list[Person]) -> None:
    channel = await people[0].create_channel("order")
    for person in people[1:]:
        await person.join(channel)
    async with open_socket(people[0]) as ana, open_socket(people[1]) as bo, open_socket(people[2]) as cy:
        sockets = [ana, bo, cy]
        sent = [
            await socket.send("message.post", channel=channel, text=f"{name} {number}")
            for number in range(20)
            for name, socket in zip("abc", sockets, strict=True)
        ]
        last = max(answer["seq"] for answer in await asyncio.gather(*sent))
        for socket in sockets:
            await socket.until_seq(channel, last)
        texts = [[event["text"] for event in socket.events if event.get("channel") == channel] for socket in sockets]
        assert texts[0] == texts[1] == texts[2]
        # One person's own posts keep the order they were sent in.
        for name in "abc":
            assert [text for text in texts[0] if text[0] == name] == [f"{name} {number}" for number in range(20)]
