"""Ranges and names as they travel in headers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.domain.files import FileInfo, StoredFile
from hubbub.errors import Refused
from hubbub.http.files import Content, describe, parse_range

SIZES = st.integers(1, 10_000)


@given(st.text(max_size=40), SIZES)
def test_any_range_is_within_the_file_or_none_or_refused(given_: str, size: int) -> None:
    for text in (given_, f"bytes={given_}"):
        try:
            found = parse_range(text, size)
        except Refused:
            continue
        assert found is None or 0 <= found[0] < found[1] <= size


@given(st.integers(0, 20_000), st.integers(0, 20_000), SIZES)
def test_a_range_gives_the_bytes_that_slicing_gives(first: int, last: int, size: int) -> None:
    data = range(size)
    if first >= size and last >= first:
        with pytest.raises(Refused, match="bad_range"):
            parse_range(f"bytes={first}-{last}", size)
    elif last >= first:
        assert data[slice(*(parse_range(f"bytes={first}-{last}", size) or ()))] == data[first : last + 1]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), st.sampled_from(["image/png", "text/html"]))
def test_no_name_breaks_out_of_its_header(name: str, media_type: str) -> None:
    file = StoredFile(id="x", owner="y", name=name, info=FileInfo(media_type=media_type, size=1, digest=""))
    headers = dict(describe(Content(file, "original", 1, media_type, "")))
    disposition = headers[b"content-disposition"].decode("ascii")
    assert disposition.isprintable()
    assert disposition.count('"') == 2
    assert disposition.startswith("inline" if media_type == "image/png" else "attachment")
    assert headers[b"content-type"] == (b"image/png" if media_type == "image/png" else b"application/octet-stream")
