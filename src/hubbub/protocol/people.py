"""A person, whom most shapes name."""

from __future__ import annotations

import msgspec


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A person as others see them."""

    id: str
    name: str
