"""The plain values that shapes are made of, with their bounds; and a person, whom most of them name."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Ulid: TypeAlias = Annotated[str, msgspec.Meta(min_length=26, max_length=26)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
Position: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A person as others see them."""

    id: str
    name: str
