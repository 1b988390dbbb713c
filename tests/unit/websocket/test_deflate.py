"""Compression, RFC 7692: what is agreed on, and what the shared frames hold."""

from __future__ import annotations

import random
import zlib

import pytest

from hubbub.errors import CloseCode
from hubbub.websocket.deflate import (
    DEFLATE_FROM,
    TAIL,
    WINDOW_BITS,
    Encoded,
    Inflater,
    WireError,
    agree_on_deflate,
    deflate,
)
from hubbub.websocket.frames import FIN, RSV1, TEXT
from hubbub.websocket.handshake import parse_extensions
from tests.contract.links import parse_server_frames

TALK = b'{"type":"message.posted","text":"' + b"it goes on and on and on, " * 40 + b'"}'


def answer_to(offer: str) -> str | None:
    agreement = agree_on_deflate(parse_extensions([offer]))
    return agreement.header() if agreement else None


BOTH = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


@pytest.mark.parametrize(
    ("offer", "answer"),
    [
        ("permessage-deflate", BOTH),
        ("permessage-deflate; client_max_window_bits", f"{BOTH}; client_max_window_bits=15"),
        ("permessage-deflate; client_max_window_bits=10", f"{BOTH}; client_max_window_bits=10"),
        ("permessage-deflate; server_max_window_bits=9", f"{BOTH}; server_max_window_bits=9"),
        ('permessage-deflate; server_max_window_bits="12"', f"{BOTH}; server_max_window_bits=12"),
        ("permessage-deflate; server_no_context_takeover; client_no_context_takeover", BOTH),
        ("x-other, permessage-deflate; server_max_window_bits=8, permessage-deflate", BOTH),
    ],
)
def test_an_offer_that_can_be_met_is(offer: str, answer: str) -> None:
    assert answer_to(offer) == answer


@pytest.mark.parametrize(
    "offer",
    [
        "x-webkit-deflate-frame",
        "permessage-deflate; server_max_window_bits=8",
        "permessage-deflate; client_max_window_bits=8",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
        "permessage-deflate; unknown",
    ],
)
def test_an_offer_that_cannot_be_met_is_declined(offer: str) -> None:
    assert answer_to(offer) is None


@pytest.mark.parametrize("bits", WINDOW_BITS)
def test_each_window_reads_its_own_frames_each_without_the_others(bits: int) -> None:
    payloads = [TALK * 30, TALK, TALK]
    packed = deflate(payloads, bits)
    assert packed[1] == packed[2]
    for plain, data in zip(payloads, packed, strict=True):
        assert zlib.decompressobj(-bits).decompress(data + TAIL) == plain


def test_a_batch_is_encoded_once_for_each_window_and_shared() -> None:
    encoded = Encoded([TALK])
    assert encoded.for_window(12) is encoded.for_window(12)
    assert encoded.for_window(0) is encoded.plain


def test_only_what_pays_is_compressed() -> None:
    encoded = Encoded([b"short", TALK])
    short, long = parse_server_frames(encoded.for_window(15))
    assert short == (FIN | TEXT, b"short")
    assert long.first == FIN | RSV1 | TEXT
    assert len(long.payload) < len(TALK) / 4


def test_what_compression_would_make_longer_stays_plain() -> None:
    noise = random.Random(7).randbytes(DEFLATE_FROM)
    assert Encoded([noise]).for_window(15) == Encoded([noise]).plain


def test_short_payloads_share_the_plain_octets() -> None:
    encoded = Encoded([b"a", b"b"])
    assert encoded.for_window(15) is encoded.plain


# --- inflating -----------------------------------------------------------------------------------------------------


def inflate(*pieces: bytes, limit: int = 1 << 20) -> bytes:
    inflater = Inflater(limit)
    return b"".join([*map(inflater.feed, pieces), inflater.finish()])


def test_the_rfcs_examples_inflate() -> None:
    # Section 7.2.3: compressed, stored, with a final block, in two blocks.
    assert inflate(bytes.fromhex("f248cdc9c90700")) == b"Hello"
    assert inflate(bytes.fromhex("000500faff48656c6c6f00")) == b"Hello"
    assert inflate(bytes.fromhex("f348cdc9c9070000")) == b"Hello"
    assert inflate(bytes.fromhex("f248050000 00ffffcac9c90700".replace(" ", ""))) == b"Hello"


def test_an_empty_message_is_one_octet() -> None:
    assert inflate(b"\x00") == b""


def test_the_limit_holds_to_the_octet() -> None:
    (packed,) = deflate([bytes(1000)], 15)
    assert inflate(packed, limit=1000) == bytes(1000)
    with pytest.raises(WireError) as caught:
        inflate(packed, limit=999)
    assert caught.value.code == CloseCode.TOO_BIG


def test_a_bomb_inflates_no_further_than_the_limit() -> None:
    bomb = zlib.compress(bytes(100_000_000), level=9, wbits=-15)
    inflater = Inflater(1000)
    with pytest.raises(WireError):
        inflater.feed(bomb)
    assert inflater._left == -1


@pytest.mark.parametrize(
    "data", [b"\xff\xff\xff", b"\x07", bytes.fromhex("f248cd"), bytes.fromhex("f348cdc9c90700") + b"more"]
)
def test_damaged_streams_fail(data: bytes) -> None:
    with pytest.raises(WireError) as caught:
        inflate(data)
    assert caught.value.code == CloseCode.INVALID_DATA
