"""Decoding takes any bytes and gives a command or a refusal; encoding loses nothing."""

from __future__ import annotations

import json
import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain import new_parts, notifications
from hubbub.errors import Refused
from hubbub.protocol import codec, commands, events, replies

CHANNEL = "01K6ZJ60M7J8A5RVN2H3C4D1XW"
ANA = "01K6ZJ4T9BX2QH6Z8M5V7R3NAE"
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
# As `Ok` needs them on the way back: what JSON numbers can carry exactly everywhere.
NUMBERS = st.integers(min_value=0, max_value=2**53 - 1)
IDS = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)
LEVELS = st.sampled_from(["all", "mentions", "nothing"])
BY_FIELD: dict[str, st.SearchStrategy[object]] = {
    "id": NUMBERS,
    "channel": IDS,
    "user": IDS,
    "after": IDS,
    "number": st.integers(min_value=1, max_value=2**53 - 1),
    "private": st.booleans(),
    "muted": st.none() | st.booleans(),
    "pinned": st.none() | st.booleans(),
    "hidden": st.none() | st.booleans(),
    "streams": st.dictionaries(TEXTS, NUMBERS, max_size=4),
    "users": st.lists(IDS, max_size=4),
    "status": st.sampled_from(["online", "away"]),
    "position": NUMBERS,
    "thread": st.none() | st.integers(min_value=1, max_value=2**53 - 1),
    "level": st.none() | LEVELS,
    "settings": st.builds(
        notifications.NotificationSettings,
        level=LEVELS,
        keywords=st.lists(TEXTS, max_size=3),
        quiet_until=NUMBERS,
        quiet_hours=st.none()
        | st.builds(notifications.QuietHours, start=st.integers(0, 1439), end=st.integers(0, 1439), zone=TEXTS),
        sound=st.booleans(),
    ),
    "options": st.lists(st.integers(0, new_parts.MAX_OPTIONS - 1), max_size=new_parts.MAX_OPTIONS),
    "reply": st.none() | st.integers(min_value=1, max_value=2**53 - 1),
    "forward": st.none() | st.builds(new_parts.Forwarded, channel=IDS, number=st.integers(1, 2**53 - 1)),
    "parts": st.lists(
        st.builds(new_parts.NewPhoto, file=IDS, alt=TEXTS)
        | st.builds(new_parts.NewVoice, file=IDS, duration=st.integers(0, 1000), waveform=st.lists(st.integers(0, 100)))
        | st.builds(new_parts.NewLocation, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180), name=TEXTS)
        | st.builds(new_parts.NewPoll, question=TEXTS, options=st.lists(TEXTS, min_size=2, max_size=10))
        | st.builds(new_parts.NewMeeting, subject=TEXTS, people=st.lists(IDS, max_size=3)),
        max_size=new_parts.MAX_PARTS,
    ),
}


@st.composite
def any_command(draw: st.DrawFn) -> commands.AnyCommand:
    struct = draw(st.sampled_from(typing.get_args(commands.AnyCommand)))
    fields = {}
    for field in msgspec.structs.fields(struct):
        assert field.name in BY_FIELD or field.type in {str, str | None}, f"BY_FIELD lacks {field.name}"
        if field.required or draw(st.booleans()):
            fields[field.name] = draw(BY_FIELD.get(field.name, TEXTS))
    return typing.cast(commands.AnyCommand, struct(**fields))


def decoded_or_refused(payload: bytes) -> None:
    """Fails with any exception but a refusal."""
    outcome: object
    try:
        outcome = codec.decode_command(payload)
    except Refused as refused:
        outcome = refused.code
    assert isinstance(outcome, commands.Command) or outcome in {"bad_json", "bad_command"}


@given(st.binary(max_size=200))
def test_any_bytes_are_a_command_or_refused(payload: bytes) -> None:
    decoded_or_refused(payload)


@given(NESTED)
def test_any_json_is_a_command_or_refused(value: object) -> None:
    decoded_or_refused(json.dumps(value).encode())


@given(
    st.sampled_from(["hello", "ping", "message.post", "member.list"]),
    st.dictionaries(st.text(max_size=8), NESTED, max_size=5),
)
def test_a_known_type_with_any_fields_is_a_command_or_refused(tag: str, fields: dict[str, object]) -> None:
    decoded_or_refused(json.dumps({"type": tag, **fields}).encode())


@given(st.binary(max_size=200))
def test_the_id_of_any_bytes_is_a_number_or_none(payload: bytes) -> None:
    assert isinstance(codec.decode_id(payload), int | None)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"type":"hello","streams":{"a":[', b'{"id":['])
def test_deep_nesting_is_refused_like_anything_else(opening: bytes) -> None:
    decoded_or_refused(opening * 100_000)
    assert codec.decode_id(opening * 100_000) is None


@given(any_command())
def test_every_command_survives_encoding_and_decoding(command: commands.AnyCommand) -> None:
    assert codec.decode_command(codec.encode(command)) == command


@given(any_command())
def test_the_id_can_be_read_from_a_command_with_an_unknown_field(command: commands.AnyCommand) -> None:
    payload = json.dumps({**json.loads(codec.encode(command)), "surprise": 1}).encode()
    with pytest.raises(Refused, match="surprise") as refusal:
        codec.decode_command(payload)
    assert refusal.value.code == "bad_command"
    assert codec.decode_id(payload) == getattr(command, "id", None)


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ('{"type":"message.post","id":1,"text":"x"}', "channel"),
        ('{"type":"message.post","id":1,"channel":"short","text":"x"}', "channel"),
        ('{"type":"message.post","id":-1,"channel":"CHANNEL","text":"x"}', "id"),
        ('{"type":"message.post","id":9007199254740992,"channel":"CHANNEL","text":"x"}', "id"),
        ('{"type":"message.post","id":1.5,"channel":"CHANNEL","text":"x"}', "id"),
        ('{"type":"message.post","id":1,"channel":"CHANNEL","text":{"$gt":""}}', "text"),
        ('{"type":"message.edit","id":1,"channel":"CHANNEL","number":0,"text":"x"}', "number"),
        ('{"type":"hello","streams":{"channel:x":-1}}', "streams"),
        ('{"type":"who.knows","id":1}', "type"),
        ('{"id":1}', "type"),
    ],
)
def test_a_wrong_command_is_refused_naming_the_field(payload: str, named: str) -> None:
    with pytest.raises(Refused, match=named) as refusal:
        codec.decode_command(payload.replace("CHANNEL", CHANNEL).encode())
    assert refusal.value.code == "bad_command"


@pytest.mark.parametrize("payload", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"type":"ping","id":1} {}'])
def test_what_is_no_json_is_refused_as_such(payload: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        codec.decode_command(payload)
    assert refusal.value.code == "bad_json"


def test_the_refusal_keeps_its_cause_for_the_log() -> None:
    with pytest.raises(Refused) as refusal:
        codec.decode_command(b"{")
    assert isinstance(refusal.value.__cause__, msgspec.DecodeError)


def test_what_has_its_default_is_left_out_of_an_event() -> None:
    posted = events.MessagePosted(seq=1, at=2, channel=CHANNEL, number=1, author=ANA, text="hi")
    assert json.loads(codec.encode(posted)) == {
        "type": "message.posted",
        "seq": 1,
        "at": 2,
        "channel": CHANNEL,
        "number": 1,
        "author": ANA,
        "text": "hi",
    }


def test_an_event_from_a_newer_server_is_read_without_its_unknown_fields() -> None:
    payload = b'{"type":"message.deleted","seq":3,"at":4,"channel":"%b","number":1,"by":"%b","why":"spam"}'
    decoded = codec.decode_event(payload % (CHANNEL.encode(), ANA.encode()))
    assert decoded == events.MessageDeleted(seq=3, at=4, channel=CHANNEL, number=1, by=ANA)


def test_a_refusal_becomes_an_error_with_the_tables_advice() -> None:
    refused = Refused("rate_limited", retry_after=2.5)
    assert codec.failure_of(refused, 7) == replies.Failure(
        id=7,
        code="rate_limited",
        message=refused.kind.message,
        advice=refused.kind.advice,
        retry=True,
        retry_after=2.5,
    )
