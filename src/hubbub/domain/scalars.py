"""Plain values with their bounds, of which shapes are made."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

import msgspec

Id: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Ulid: TypeAlias = Annotated[str, msgspec.Meta(min_length=26, max_length=26)]
Number: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
# Milliseconds since 1970 of which there is a date at all in a browser (ECMA-262, 21.4.1.1).
MAX_TIME: Final = 8_640_000_000_000_000
Time: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=MAX_TIME)]
Position: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
