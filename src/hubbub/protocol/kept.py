"""Messages that were put aside: pinned in a channel for everybody, or saved by somebody for themselves."""

from __future__ import annotations

import msgspec

from hubbub.protocol.events import MessagePosted, UserView
from hubbub.protocol.search import ChannelName


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A pinned message in its present state, and who pinned it when."""

    message: MessagePosted
    by: str
    at: int


class PinList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All pins of a channel, the newest first. `partial`: some are in the archive, which does not answer."""

    pins: list[Pin]
    users: list[UserView]
    partial: bool = False


class SavedMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Saved at `at`. What is known of it is here only as long as the user may read the channel: without `name` they may
    not; without `message` it was `deleted`, or is in the archive, which does not answer."""

    channel: str
    number: int
    at: int
    name: ChannelName | None = None
    message: MessagePosted | None = None
    deleted: bool = False


class SavedList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of what the user has saved, the newest first; `next`: give it as `before` to get the page behind it."""

    saved: list[SavedMessage]
    users: list[UserView]
    next: int | None = None
