"""A client that never reads: what the server sends it stays in the kernel's buffers, then in the server's."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.support.client import PATIENCE, Person

# As little as the kernel grants, so that the server feels it soon.
RECEIVE_BUFFER = 2048


@contextmanager
def open_slow_socket(person: Person) -> Iterator[socket.socket]:
    """A WebSocket that has said hello, was welcomed, and is not read from then on."""
    address = urlsplit(person.origin)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        slow.settimeout(PATIENCE)
        slow.connect((address.hostname, address.port))
        slow.sendall(_upgrade(person))
        read_until(slow, b"\r\n\r\n")
        slow.sendall(masked_text(json.dumps({"type": "hello"}).encode()))
        read_until(slow, b'"type":"hello"')
        yield slow


def _upgrade(person: Person) -> bytes:
    head = (
        "GET /socket HTTP/1.1",
        f"Host: {urlsplit(person.origin).netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Origin: {person.origin}",
        f"Cookie: {person.cookie}",
    )
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def masked_text(payload: bytes) -> bytes:
    """One short text frame (RFC 6455, section 5.2), masked with zeros, which leaves it as it is."""
    assert len(payload) < 126
    return bytes([0x81, 0x80 | len(payload), 0, 0, 0, 0]) + payload


def read_until(source: socket.socket, end: bytes) -> bytes:
    """What arrives up to and with `end`; raises ConnectionError when the connection ends before."""
    read = b""
    while end not in read:
        piece = source.recv(4096)
        if not piece:
            raise ConnectionError(f"closed after {read!r}")
        read += piece
    return read
