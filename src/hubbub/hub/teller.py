"""Telling many links something that may be lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from hubbub.hub.ports import EncodedT, SpareT, Wire
from hubbub.protocol.codec import encode
from hubbub.protocol.replies import AnyEphemeral


@dataclass(frozen=True, slots=True)
class Teller(Generic[SpareT, EncodedT]):
    wire: Wire[SpareT, EncodedT]

    def tell(self, links: Sequence[SpareT], frame: AnyEphemeral) -> Iterator[None]:
        """Write `frame`, encoded once, a few links a step. A link with something unsent is left out: what may be lost
        must not be what makes it too slow."""
        links = [link for link in links if not link.has_unsent]
        if not links:
            return
        encoded = self.encode(frame)
        at = 0
        while at < len(links):
            at = self.wire.write(links, at, encoded, 0.0)
            yield

    def encode(self, frame: AnyEphemeral) -> EncodedT:
        return self.wire.encode((encode(frame),))

    def write(self, link: SpareT, encoded: EncodedT) -> None:
        self.wire.write((link,), 0, encoded, 0.0)
