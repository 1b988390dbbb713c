"""Static files of the built pages, from an index made once at start.

Invariants: only what the index holds is ever opened, so that no path leads out of the tree; what is kept in memory is
bounded; names under /_next/static/ carry a hash of what they hold, so that a copy of one is good for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from litestar.types import HTTPScope, Receive, Send

from hubbub.errors import Refused
from hubbub.http.visit import header

IMMUTABLE_PREFIX: Final = "/_next/static/"
IMMUTABLE: Final = b"public, max-age=31536000, immutable"
REVALIDATED: Final = b"public, max-age=3600"
MEMORY_BYTES: Final = 32 << 20
CODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
# What the machine's own table may lack or have wrong.
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file and its compressed copies; `variants` maps a content coding ("" for none) to what is on the disk."""

    type: str
    cache: bytes
    variants: dict[str, Path]


@dataclass(slots=True)
class Memory:
    """Contents already read, up to a number of bytes; what does not fit is read each time."""

    free: int
    held: dict[Path, tuple[bytes, str]] = field(default_factory=dict)

    async def read(self, path: Path) -> tuple[bytes, str]:
        """The content, and its strong ETag (RFC 9110, section 8.8.3)."""
        if path in self.held:
            return self.held[path]
        content = await asyncio.to_thread(path.read_bytes)
        entry = content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        if len(content) <= self.free and path not in self.held:
            self.free -= len(content)
            self.held[path] = entry
        return entry


class StaticFiles:
    """Serves `static/` of the tree under /_next/static/, and `public/` at the root."""

    def __init__(self, tree: Path, *, memory_bytes: int = MEMORY_BYTES) -> None:
        self._files = dict(index_tree(tree / "static", IMMUTABLE_PREFIX)) | dict(index_tree(tree / "public", "/"))
        self._memory = Memory(memory_bytes)

    def has(self, path: str) -> bool:
        """Whether to ask us: everything under /_next/ is ours, there or not; Node need not look for it again."""
        return path in self._files or path.startswith("/_next/")

    async def __call__(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        """Raises `not_found`, `method_not_allowed`."""
        file = self._files.get(scope["path"])
        if file is None:
            raise Refused("not_found")
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused("method_not_allowed")
        coding = choose_coding(header(scope, "accept-encoding") or "", file)
        content, etag = await self._memory.read(file.variants[coding])
        headers = [(b"cache-control", file.cache), (b"etag", etag.encode()), (b"vary", b"accept-encoding")]
        if is_known(header(scope, "if-none-match"), etag):
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        headers += [(b"content-type", file.type.encode()), (b"content-length", str(len(content)).encode())]
        if coding:
            headers.append((b"content-encoding", coding.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(
            {"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content, "more_body": False}
        )


def index_tree(root: Path, prefix: str) -> Iterator[tuple[str, StaticFile]]:
    """Every regular file under `root` by its address; compressed copies belong to the file they are copies of."""
    compressed = tuple(suffix for _, suffix in CODINGS)
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        is_copy = path.name.endswith(compressed) and path.with_suffix("").is_file()
        if not path.is_file() or path.is_symlink() or is_copy:
            continue
        copies = {coding: path.with_name(path.name + suffix) for coding, suffix in CODINGS}
        variants = {"": path} | {coding: copy for coding, copy in copies.items() if copy.is_file()}
        cache = IMMUTABLE if prefix == IMMUTABLE_PREFIX else REVALIDATED
        yield prefix + path.relative_to(root).as_posix(), StaticFile(type_of(path), cache, variants)


def type_of(path: Path) -> str:
    return TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def choose_coding(accepted: str, file: StaticFile) -> str:
    """The best coding that is there and accepted (RFC 9110, section 12.5.3), "" for none."""
    wanted = dict(parse_accepted(accepted))
    for coding, _ in CODINGS:
        if coding in file.variants and wanted.get(coding, wanted.get("*", False)):
            return coding
    return ""


def parse_accepted(accepted: str) -> Iterator[tuple[str, bool]]:
    """Each coding named, and whether it is acceptable at all (its weight is not 0)."""
    for part in accepted.split(","):
        coding, _, weight = part.partition(";")
        value = weight.strip().lower().removeprefix("q=").strip()
        yield coding.strip().lower(), not value or value.strip("0.") != ""


def is_known(given: str | None, etag: str) -> bool:
    """If-None-Match (RFC 9110, section 13.1.2), compared weakly."""
    tags = [tag.strip().removeprefix("W/") for tag in (given or "").split(",")]
    return etag in tags or tags == ["*"]
