"""What a file is, by its first bytes (WHATWG MIME Sniffing, section 6; RFC 9559 for Matroska, RFC 3533 for Ogg).

Invariant: what its uploader says chooses only between readings that the bytes allow (a WebM may hold sound alone), so
that nothing is ever served as a type that it is not. Only pictures, videos and sounds that browsers show are told
precisely; everything else is downloaded, and its type is for the icon beside it.
"""

from __future__ import annotations

from typing import Final

HEAD_BYTES: Final = 4096
UNKNOWN: Final = "application/octet-stream"

_PREFIXES: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
# A document of these is a zip with another name.
_ZIPPED: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "epub": "application/epub+zip",
}
# Bytes that no text has (section 3, "binary data byte").
_BINARY: Final = bytes([*range(9), 11, *range(14, 27), *range(28, 32)])


def sniff(head: bytes, declared: str = "", name: str = "") -> str:
    """The media type of a file that begins with `head` (its first `HEAD_BYTES`)."""
    for prefix, media_type in _PREFIXES:
        if head.startswith(prefix):
            return media_type
    sound = declared.lower().startswith("audio/")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "audio/mp4" if sound else "video/mp4")
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _sniff_matroska(head, sound=sound)
    if head.startswith(b"OggS"):
        return "video/ogg" if b"theora" in head else "audio/ogg"
    if head.startswith(b"PK\x03\x04"):
        return _ZIPPED.get(name.rpartition(".")[2].lower(), "application/zip")
    return _sniff_frames(head) or _sniff_text(head)


def _sniff_matroska(head: bytes, *, sound: bool) -> str:
    if b"webm" not in head[:64]:
        return "video/x-matroska"
    return "audio/webm" if sound else "video/webm"


def _sniff_frames(head: bytes) -> str:
    """Sound that begins with a frame of its own: MPEG audio (ISO 11172-3, section 2.4.1.3), ADTS (ISO 13818-7)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return ""
    layer = head[1] >> 1 & 3
    if head[1] & 0xF0 == 0xF0 and layer == 0:
        return "audio/aac"
    rate, frequency = head[2] >> 4, head[2] >> 2 & 3
    version = head[1] >> 3 & 3
    return "audio/mpeg" if layer == 1 and version != 1 and rate not in (0, 15) and frequency != 3 else ""


def _sniff_text(head: bytes) -> str:
    return UNKNOWN if not head or head.translate(None, _BINARY) != head else "text/plain"
