"""What the load of `hubbub bench` counts, and how it speaks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.bench.crowd import Guest, first_frame, frame
from hubbub.bench.runs import OK, POSTED, count
from hubbub.websocket.frames import encode_frame

MESSAGE = POSTED + b'%d,"at":1,"channel":"01ARZ3NDEKTSV4RRFFQ69G5FAV","number":1,"author":"x","text":"hi"}'
ANSWER = OK + b'%d,"seq":7,"number":5}'


@pytest.mark.parametrize("size", [0, 125, 126, 65_535])
def test_a_frame_is_read_as_its_length_says(size: int) -> None:
    served = encode_frame(1, b"x" * size)
    assert first_frame(served + b"behind") == (b"x" * size, 0x81, b"behind")
    assert first_frame(served[:-1] if size else served[:1]) is None
    assert frame(b"x" * size).endswith(bytes(4) + b"x" * size)


@given(st.lists(st.booleans(), max_size=20), st.lists(st.integers(0, 5_000), max_size=10))
def test_every_message_is_counted_once_however_reads_cut_it(posted: list[bool], cuts: list[int]) -> None:
    stream = b"".join(encode_frame(1, (MESSAGE if each else ANSWER) % number) for number, each in enumerate(posted))
    for start, expected in ((POSTED, posted.count(True)), (OK, posted.count(False))):
        guest = Guest(0, "token", "home")
        places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
        pieces = [stream[begin:end] for begin, end in pairwise(places) if begin < end]
        assert sum(count(guest, piece, start) for piece in pieces) == expected


def test_the_text_of_a_message_cannot_pass_for_another_message() -> None:
    text = rb'{"type":"message.posted","seq":1,"text":"{\"type\":\"message.posted\",\"seq\":"}'
    assert count(Guest(0, "token", "home"), text, POSTED) == 1
