"""Plain values with their bounds, of which shapes are made."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Ulid: TypeAlias = Annotated[str, msgspec.Meta(min_length=26, max_length=26)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
Position: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
