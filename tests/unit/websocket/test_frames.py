"""Frames, RFC 6455 section 5: what is let through, and what fails how early."""

from __future__ import annotations

import os

import pytest

from hubbub.errors import CloseCode
from hubbub.websocket.deflate import WireError, deflate
from hubbub.websocket.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    MASKED,
    PING,
    PONG,
    RSV1,
    SMALL_MOST,
    STRIDES_FROM,
    TEXT,
    Received,
    Receiver,
    decode_close,
    decode_small_text,
    encode_close,
    encode_frame,
    unmask,
)
from hubbub.websocket.limits import WireLimits
from tests.contract.links import MASK, client_frame, parse_server_frames

LIMITS = WireLimits(frame_bytes=1000, message_bytes=2000, inflated_bytes=3000, fragments=5)


def receive(data: bytes, *, deflate: bool = False, limits: WireLimits = LIMITS) -> list[Received]:
    receiver = Receiver(limits, deflate=deflate)
    receiver.feed(data)
    messages = []
    while (received := receiver.next()) is not None:
        messages.append(received)
    return messages


def failure(data: bytes, *, deflate: bool = False, limits: WireLimits = LIMITS) -> CloseCode:
    with pytest.raises(WireError) as caught:
        receive(data, deflate=deflate, limits=limits)
    return caught.value.code


# --- the RFC's own examples (section 5.7) --------------------------------------------------------------------------


def test_the_rfcs_masked_hello_is_read() -> None:
    assert receive(bytes.fromhex("818537fa213d7f9f4d5158")) == [(TEXT, b"Hello")]


def test_the_rfcs_unmasked_hello_is_written() -> None:
    assert encode_frame(TEXT, b"Hello") == bytes.fromhex("810548656c6c6f")


def test_the_rfcs_pong_is_read() -> None:
    assert receive(bytes.fromhex("8a8537fa213d7f9f4d5158")) == [(PONG, b"Hello")]


def test_lengths_take_the_fewest_octets() -> None:
    assert encode_frame(BINARY, bytes(125))[:2] == bytes((0x82, 125))
    assert encode_frame(BINARY, bytes(126))[:4] == bytes.fromhex("827e007e")
    assert encode_frame(BINARY, bytes(256))[:4] == bytes.fromhex("827e0100")
    assert encode_frame(BINARY, bytes(65535))[:4] == bytes.fromhex("827effff")
    assert encode_frame(BINARY, bytes(65536))[:10] == bytes.fromhex("827f0000000000010000")


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 200_000])
def test_frames_of_every_length_class_are_read(size: int) -> None:
    limits = WireLimits(frame_bytes=1 << 20, message_bytes=1 << 20)
    assert receive(client_frame(BINARY, bytes(size)), limits=limits) == [(BINARY, bytes(size))]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, STRIDES_FROM - 1, STRIDES_FROM, STRIDES_FROM + 3])
def test_both_ways_of_unmasking_do_what_section_5_3_says(size: int) -> None:
    payload = os.urandom(size)
    assert unmask(payload, MASK) == bytes(octet ^ MASK[i % 4] for i, octet in enumerate(payload))


# --- the short cut -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 2, 125, 126, 127, 300, SMALL_MOST])
def test_the_short_cut_reads_one_whole_small_text(size: int) -> None:
    payload = b"hubbub "[:7] * (size // 7) + b"hubbub"[: size % 7]
    frame = client_frame(TEXT, payload)
    assert decode_small_text(frame) == (payload, len(frame))
    assert decode_small_text(b"??" + frame + b"\x81", 2) == (payload, 2 + len(frame))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81",
        client_frame(TEXT, bytes(SMALL_MOST + 1)),
        client_frame(TEXT, bytes(200))[:-1],
        client_frame(TEXT, bytes(126))[:-1],
        client_frame(TEXT, b"hi")[:-1],
        client_frame(TEXT, b"hi", flags=0),
        client_frame(TEXT, b"hi", flags=FIN | RSV1),
        client_frame(BINARY, b"hi"),
        client_frame(PING, b"hi"),
        encode_frame(TEXT, bytes(100)),
        bytes((FIN | TEXT, MASKED | 126)) + bytes(130),
        bytes((FIN | TEXT, MASKED | 127)) + bytes(400),
        bytes((FIN | TEXT, 0)) + bytes(40),
    ],
)
def test_the_short_cut_leaves_everything_else_alone(data: bytes) -> None:
    assert decode_small_text(data) is None


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_reserved_opcodes_fail_at_the_first_octet(opcode: int) -> None:
    assert failure(bytes((FIN | opcode,))) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("bit", [0x10, 0x20, 0x40])
def test_reserved_bits_fail_at_the_first_octet(bit: int) -> None:
    assert failure(bytes((FIN | bit | TEXT,))) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("opcode", [CLOSE, PING, PONG])
def test_rsv1_is_for_data_frames_only_even_with_compression(opcode: int) -> None:
    assert failure(bytes((FIN | RSV1 | opcode,)), deflate=True) == CloseCode.PROTOCOL_ERROR


def test_rsv1_is_for_the_first_frame_only() -> None:
    data = client_frame(TEXT, b"x", flags=RSV1) + client_frame(CONTINUATION, b"", flags=FIN | RSV1)
    assert failure(data, deflate=True) == CloseCode.PROTOCOL_ERROR


def test_a_frame_that_is_not_masked_fails_at_the_second_octet() -> None:
    assert failure(bytes((FIN | TEXT, 5))) == CloseCode.PROTOCOL_ERROR


def test_a_fragmented_control_frame_fails() -> None:
    assert failure(bytes((PING,))) == CloseCode.PROTOCOL_ERROR


def test_a_long_control_frame_fails_at_the_second_octet() -> None:
    assert failure(bytes((FIN | PING, MASKED | 126))) == CloseCode.PROTOCOL_ERROR


def test_a_continuation_of_nothing_fails() -> None:
    assert failure(bytes((FIN | CONTINUATION,))) == CloseCode.PROTOCOL_ERROR


def test_a_message_within_a_message_fails() -> None:
    assert failure(client_frame(TEXT, b"x", flags=0) + bytes((FIN | TEXT,))) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "header",
    [
        bytes((FIN | TEXT, MASKED | 126)) + (125).to_bytes(2, "big"),
        bytes((FIN | TEXT, MASKED | 127)) + (65535).to_bytes(8, "big"),
        bytes((FIN | TEXT, MASKED | 127)) + (1 << 63).to_bytes(8, "big"),
    ],
)
def test_a_length_that_is_not_minimal_fails_before_the_payload(header: bytes) -> None:
    assert failure(header) == CloseCode.PROTOCOL_ERROR


# --- bounds --------------------------------------------------------------------------------------------------------


def test_a_frame_beyond_the_limit_fails_before_its_payload() -> None:
    assert failure(client_frame(TEXT, bytes(1001))[:4]) == CloseCode.TOO_BIG
    assert receive(client_frame(TEXT, bytes(1000))) == [(TEXT, bytes(1000))]


def test_a_huge_length_costs_nothing() -> None:
    header = bytes((FIN | BINARY, MASKED | 127)) + ((1 << 63) - 1).to_bytes(8, "big")
    assert failure(header) == CloseCode.TOO_BIG


def test_a_message_beyond_the_limit_fails() -> None:
    parts = client_frame(TEXT, bytes(1000), flags=0) + client_frame(CONTINUATION, bytes(1000), flags=0)
    assert receive(parts + client_frame(CONTINUATION)) == [(TEXT, bytes(2000))]
    assert failure(parts + client_frame(CONTINUATION, b"x")) == CloseCode.TOO_BIG


def test_fragments_without_end_fail() -> None:
    fragments = client_frame(TEXT, flags=0) + client_frame(CONTINUATION, flags=0) * 3
    assert receive(fragments + client_frame(CONTINUATION)) == [(TEXT, b"")]
    assert failure(fragments + client_frame(CONTINUATION, flags=0) * 2) == CloseCode.TOO_BIG


def test_pings_between_fragments_are_no_fragments() -> None:
    data = client_frame(TEXT, b"a", flags=0) + client_frame(PING) * 50 + client_frame(CONTINUATION, b"b")
    assert receive(data)[-1] == (TEXT, b"ab")


def test_what_inflates_beyond_the_limit_fails() -> None:
    (bomb,) = deflate([bytes(4000)], 15)
    assert failure(client_frame(TEXT, bomb, flags=FIN | RSV1), deflate=True) == CloseCode.TOO_BIG
    (fine,) = deflate([bytes(3000)], 15)
    assert receive(client_frame(TEXT, fine, flags=FIN | RSV1), deflate=True) == [(TEXT, bytes(3000))]


# --- text (section 8.1) --------------------------------------------------------------------------------------------


def test_text_is_judged_before_the_rest_of_it_has_come() -> None:
    assert failure(client_frame(TEXT, b"\xce\xba\xe1\xbd\xf4\x90\x80\x80 and on", flags=0)) == CloseCode.INVALID_DATA
    assert failure(client_frame(TEXT, b"fine \xff and on")[:12]) == CloseCode.INVALID_DATA


def test_a_character_may_be_cut_by_fragments_but_not_by_the_end() -> None:
    euro = "€".encode()
    head = client_frame(TEXT, euro[:1], flags=0)
    assert receive(head + client_frame(CONTINUATION, euro[1:])) == [(TEXT, euro)]
    assert failure(head + client_frame(CONTINUATION, euro[1:2])) == CloseCode.INVALID_DATA


def test_compressed_text_is_judged_once_it_is_inflated() -> None:
    (packed,) = deflate([b"\xff\xfe"], 15)
    assert failure(client_frame(TEXT, packed, flags=FIN | RSV1), deflate=True) == CloseCode.INVALID_DATA


def test_binary_is_not_judged() -> None:
    assert receive(client_frame(BINARY, b"\xff")) == [(BINARY, b"\xff")]


# --- between messages ----------------------------------------------------------------------------------------------


def test_a_receiver_is_idle_only_between_messages() -> None:
    receiver = Receiver(LIMITS, deflate=False)
    for octet in client_frame(TEXT, b"a", flags=0) + client_frame(CONTINUATION, b"b")[:-1]:
        receiver.feed(bytes((octet,)))
        assert receiver.next() is None
        assert not receiver.idle
    receiver.feed(client_frame(CONTINUATION, b"b")[-1:])
    assert receiver.next() == (TEXT, b"ab")
    assert receiver.idle


# --- close (sections 5.5.1 and 7.4) --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 3000, 4999])
def test_codes_that_may_be_sent_are_read(code: int) -> None:
    assert decode_close(code.to_bytes(2, "big") + "schön".encode()) == (code, "schön")


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
def test_codes_that_must_not_be_sent_fail(code: int) -> None:
    with pytest.raises(WireError):
        decode_close(code.to_bytes(2, "big"))


def test_a_long_reason_is_cut_between_characters() -> None:
    (frame,) = parse_server_frames(encode_close(1000, "ä" * 100))
    assert frame.code == 1000
    assert frame.payload[2:].decode() == "ä" * 61
