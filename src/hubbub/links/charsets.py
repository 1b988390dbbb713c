"""What a page's bytes spell. Pure, and never raises: a page that says nothing true is read as well as can be.

The order is the HTML standard's: a byte order mark, the header, the page's own `<meta>`; then UTF-8, if it is that.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

# Labels are of the web: a page that says gb2312 means all of GBK, one that says latin-1 means Windows'.
_MEANT: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# Python has codecs that are no writing (`zip`, `idna`, `unicode_escape`): these alone are.
_KNOWN: Final = re.compile(
    r"utf-8|utf-16(-[bl]e)?|gb18030|big5hkscs|cp932|cp949|euc_jp|iso2022_jp|johab|hz|tis-620|"
    r"cp(125[0-8]|866|874)|koi8-[ru]|mac-(cyrillic|roman)|iso8859-\d{1,2}"
)
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META: Final = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_LOOKED_AT: Final = 4096


def decode(body: bytes, told: str) -> str:
    """`told`: the charset of the header, or ""."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    said = _META.search(body[:_LOOKED_AT])
    for label in (told, said.group(1).decode() if said else ""):
        if (found := find_codec(label)) is not None:
            return body.decode(found, "replace")
    try:
        # Cut in the middle of a character it is UTF-8 still.
        return codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def find_codec(label: str) -> str | None:
    """Python's name of what a page calls its writing; None for what is none."""
    try:
        name = codecs.lookup(label.strip()).name if label.isascii() and 0 < len(label) <= 40 else ""
    except (LookupError, ValueError):
        return None
    name = _MEANT.get(name, name)
    return name if _KNOWN.fullmatch(name) else None
