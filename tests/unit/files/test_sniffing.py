"""What a file is follows from its bytes; what its uploader says chooses only between readings that they allow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hubbub.files.sniffing import UNKNOWN, sniff
from hubbub.http.files import SHOWN
from tests.support.files import moving_picture, picture, tone

MARKUP = st.sampled_from(
    [b"<svg", b"<html", b"<!DOCTYPE html>", b"<script>", b"%PDF-1.4", b"<?xml", b"#!/bin/sh", b"PK\x03\x04"]
)
TYPES = st.sampled_from(["image/png", "image/svg+xml", "text/html", "audio/mpeg", "video/mp4", "", "x" * 50])


@given(st.binary(max_size=200), TYPES, st.text(max_size=20))
def test_any_bytes_are_something(head: bytes, declared: str, name: str) -> None:
    assert "/" in sniff(head, declared, name)


@given(MARKUP, st.binary(max_size=100), TYPES)
def test_what_could_run_is_shown_nowhere_whatever_it_is_said_to_be(begin: bytes, rest: bytes, declared: str) -> None:
    assert sniff(begin + rest, declared, "x.png") not in SHOWN


@given(TYPES)
def test_what_is_said_of_a_picture_changes_nothing(declared: str) -> None:
    for form in ("PNG", "JPEG", "WEBP", "BMP", "AVIF"):
        assert sniff(picture(form=form)[:4096], declared) == f"image/{form.lower()}"
    assert sniff(moving_picture(), declared) == "image/gif"
    assert sniff(tone()[:4096], declared) == "audio/wav"


def test_each_kind_is_known_by_its_first_bytes() -> None:
    known = {
        b"\0\0\0\x20ftypisom": "video/mp4",
        b"\0\0\0\x20ftypM4A ": "audio/mp4",
        b"\0\0\0\x14ftypqt  ": "video/quicktime",
        b"\0\0\0\x20ftypheic": "image/heic",
        b"\x1aE\xdf\xa3\x9fB\x82\x84webm": "video/webm",
        b"\x1aE\xdf\xa3\x9fB\x82\x88matroska": "video/x-matroska",
        b"OggS" + b"\0" * 24 + b"OpusHead": "audio/ogg",
        b"OggS" + b"\0" * 24 + b"\x80theora": "video/ogg",
        b"ID3\x04\0": "audio/mpeg",
        b"\xff\xfb\x90\x64": "audio/mpeg",
        b"\xff\xf1\x50\x80": "audio/aac",
        b"fLaC\0": "audio/flac",
        b"hello, world\n": "text/plain",
        "你好\n".encode(): "text/plain",
        b"\0\1\2": UNKNOWN,
        b"": UNKNOWN,
    }
    assert {head: sniff(head) for head in known} == known
    assert sniff(b"PK\x03\x04", "", "plan.docx").endswith("wordprocessingml.document")
    assert sniff(b"\x1aE\xdf\xa3\x9fB\x82\x84webm", "audio/webm") == "audio/webm"
