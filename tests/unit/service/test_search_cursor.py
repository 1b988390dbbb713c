"""A cursor tells nothing to whoever carries it, and is taken back unchanged or not at all."""

from __future__ import annotations

import base64
from datetime import UTC

import pytest

from hubbub.domain.finding import Counts, Found, Hit, Page, Position
from hubbub.errors import Refused
from hubbub.service.search_cursor import Seal, decode_cursor, encode_cursor

PAGE = Page("best", 20, 1_765_432_100_000, UTC, 2.0)
HIT = Hit(channel="01J0", number=7, seq=9, at=1_765_432_000_000, score=8.6612)
FOUND = Found(hits=(HIT,), total=30, exact=True, more=True, counts=Counts(), engine="sqlite")


def encode(seal: Seal) -> str:
    cursor = encode_cursor(seal, "deploy", PAGE, FOUND)
    assert cursor is not None
    return cursor


def test_it_leads_to_where_it_was_made() -> None:
    seal = Seal()
    page, engine = decode_cursor(seal, encode(seal), "deploy", PAGE)
    assert (page.after, engine) == (Position(8.6612, HIT.at, HIT.channel, HIT.number), "sqlite")


def test_nobody_reads_the_score_in_it() -> None:
    seal = Seal()
    one, other = encode(seal), encode(seal)
    assert one != other
    told = base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))
    assert b"8.66" not in told
    assert b"01J0" not in told


@pytest.mark.parametrize("place", [0, 20, 40, -1])
def test_one_that_was_changed_or_closed_elsewhere_is_refused(place: int) -> None:
    seal = Seal()
    told = bytearray(base64.urlsafe_b64decode(encode(seal) + "=="))
    told[place] ^= 1
    changed = base64.urlsafe_b64encode(told).decode().rstrip("=")
    for wrong in (changed, encode(Seal())):
        with pytest.raises(Refused) as refused:
            decode_cursor(seal, wrong, "deploy", PAGE)
        assert refused.value.code == "bad_request"
