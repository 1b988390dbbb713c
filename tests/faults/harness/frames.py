"""Where WebSocket frames end in one direction of a connection (RFC 6455, section 5.2), without unpacking them."""

from __future__ import annotations

from typing import Final

HEAD_END: Final = b"\r\n\r\n"
# What the first line of a connection that becomes a WebSocket begins with, on its way up and on its way down.
UPGRADES: Final = (b"GET /socket", b"HTTP/1.1 101")
MASKED: Final = 0x80
MASK_BYTES: Final = 4
TWO_BYTES: Final = 126
EIGHT_BYTES: Final = 127


class FrameTracker:
    """Fed with bytes as they pass. Until an upgrade's head has passed there are no frames."""

    def __init__(self) -> None:
        self.upgraded = False
        self._other = False
        self._head = bytearray()  # of the HTTP message, then of the frame that is beginning
        self._payload = 0  # bytes of the present frame still to come

    def feed(self, chunk: bytes) -> list[int]:
        """The offsets in `chunk` at which a frame (or the HTTP head) ends."""
        ends: list[int] = []
        at = 0
        while at < len(chunk) and not self._other:
            at = self._pass_payload(at, chunk) if self._payload else self._pass_head(at, chunk)
            if not self._payload and not self._head and self.upgraded:
                ends.append(at)
        return ends

    def _pass_payload(self, at: int, chunk: bytes) -> int:
        passed = min(self._payload, len(chunk) - at)
        self._payload -= passed
        return at + passed

    def _pass_head(self, at: int, chunk: bytes) -> int:
        if not self.upgraded:
            return self._pass_http(at, chunk)
        self._head.append(chunk[at])
        needed = frame_head_size(self._head)
        if len(self._head) == needed:
            self._payload = payload_size(self._head)
            self._head.clear()
        return at + 1

    def _pass_http(self, at: int, chunk: bytes) -> int:
        before = len(self._head)
        self._head += chunk[at:]
        self._other = not any(self._head.startswith(start[: len(self._head)]) for start in UPGRADES)
        end = self._head.find(HEAD_END)
        if end < 0 or self._other:
            return len(chunk)
        self.upgraded = True
        self._head.clear()
        return at + end + len(HEAD_END) - before


def frame_head_size(head: bytes | bytearray) -> int:
    """How many bytes a frame's head has, as far as its first bytes tell."""
    if len(head) < 2:
        return 2
    length = head[1] & 0x7F
    size = 2 + (2 if length == TWO_BYTES else 8 if length == EIGHT_BYTES else 0)
    return size + (MASK_BYTES if head[1] & MASKED else 0)


def payload_size(head: bytes | bytearray) -> int:
    """The length a whole head announces."""
    length = head[1] & 0x7F
    if length < TWO_BYTES:
        return length
    return int.from_bytes(head[2 : 4 if length == TWO_BYTES else 10], "big")


def cut_inside(ends: list[int], size: int, wish: float) -> int | None:
    """An offset in a chunk of `size` bytes that lies inside a frame; `wish` from 0 to 1 says where about.

    None when there is none: every byte of the chunk ends a frame.
    """
    taken = set(ends)
    inside = [at for at in range(1, size) if at not in taken]
    return inside[min(int(wish * len(inside)), len(inside) - 1)] if inside else None
