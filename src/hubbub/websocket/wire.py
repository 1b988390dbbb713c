"""Writing the same octets to many links: the hot loop of the server."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Final

from hubbub.websocket.deflate import Encoded
from hubbub.websocket.link import Link
from hubbub.websocket.pages import NONE, Pages

# Links written to between two looks at the clock: about 0.1 ms, so a bound of 2 ms is kept to 5 %.
UNTIL_CLOCK: Final = 64


def encode(payloads: Sequence[bytes]) -> Encoded:
    """One text message for each payload, in order, as octets that every link can be written."""
    return Encoded(payloads)


def write(
    links: Sequence[Link],
    start: int,
    encoded: Encoded,
    until: float,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Write to `links[start:]` until `clock()` has reached `until`; at least UNTIL_CLOCK links are written to.

    Returns the index of the first link not written to, `len(links)` when all were. Closed links are passed over; a
    link that fails or cannot keep up harms only itself, and its owner hears of it later, not from in here.
    """
    count = len(links)
    with Pages(count - start) as pages:
        while start < count:
            stop = min(start + UNTIL_CLOCK, count)
            _write(links[start:stop], encoded, pages)
            start = stop
            if clock() >= until:
                break
    return start


def _write(links: Sequence[Link], encoded: Encoded, pages: Pages) -> None:
    os_write, os_sendfile = os.write, os.sendfile
    bits, data, size, shared = -1, b"", 0, NONE  # none has these
    for link in links:
        if link.deflate_bits != bits:
            bits = link.deflate_bits
            data = encoded.for_window(bits)
            size = len(data)
            shared = pages.open(data)
        fd = link._fd
        if fd < 0:  # closed, or something is unsent, or its octets travel another way
            link.send_encoded(encoded)
            continue
        try:
            sent = os_write(fd, data) if shared == NONE else os_sendfile(fd, shared, 0, size)
        except BlockingIOError:
            sent = 0
        except OSError:
            link.send(data)  # finds out whether it is the connection that failed, or a system without `sendfile`
            continue
        if sent != size:
            link._keep(data, sent)
