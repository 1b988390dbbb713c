"""Every bound of the wire. Beyond one there is a clear answer (a status, a close code), and nobody else notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from hubbub.config import Config

KIB = 1024


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Sizes in bytes, times in seconds."""

    head_bytes: int = 16 * KIB
    """Request line and headers of any HTTP request, upgrade or not (431)."""
    head_fields: int = 128
    """Header lines of one request (431)."""
    head_seconds: float = 10.0
    """From the connection, or the first byte behind the last request, to the end of a head (408)."""
    authorize_seconds: float = 10.0
    """How long the owner may take to say whose socket this is (503)."""
    behind_bytes: int = 64 * KIB
    """What a client may send behind its handshake before the answer (1009)."""

    frame_bytes: int = 64 * KIB
    """Payload of one frame as it travels (1009)."""
    message_bytes: int = 64 * KIB
    """Payloads of all frames of one message as they travel (1009)."""
    inflated_bytes: int = 64 * KIB
    """One message after inflating (1009)."""
    fragments: int = 128
    """Frames of one message (1009)."""
    control_frames: int = 256
    """Pings and pongs taken in a tenth of `pong_wait` (1008)."""

    unsent_bytes: int = 1024 * KIB
    """What is kept for a reader that does not keep up (4008)."""
    unsent_total_bytes: int = 256 * 1024 * KIB
    """… and for all of them together: beyond it, who needs more is cut (4008)."""
    pong_wait: float = 60.0
    """A peer not heard of for so long is gone; it is pinged at nine tenths."""
    close_seconds: float = 5.0
    """How long the peer may take to answer a Close frame and to end the connection."""

    connections: int = 100_000
    """Open WebSocket connections (503)."""
    connections_per_address: int = 1_000
    """… of one client address (503)."""

    @classmethod
    def of(cls, config: Config) -> Self:
        """The bounds the settings ask for."""
        limits = config.limits
        return cls(
            head_bytes=limits.head_bytes,
            head_seconds=limits.head_seconds,
            frame_bytes=limits.message_bytes,
            message_bytes=limits.message_bytes,
            inflated_bytes=limits.message_bytes,
            fragments=limits.fragments,
            unsent_bytes=limits.unsent_bytes,
            unsent_total_bytes=limits.unsent_total_bytes,
            pong_wait=float(config.wire.ping_seconds + config.wire.pong_seconds),
            connections=limits.connections,
            connections_per_address=limits.connections_per_address,
        )
