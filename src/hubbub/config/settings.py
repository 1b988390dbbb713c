"""How a setting is declared (`about`), and what can be told of one: its key, its variable, what it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

import msgspec

PREFIX: Final = "HUBBUB_"

Check: TypeAlias = Callable[[Any], Any]


def about(
    text: str,
    *,
    expect: str | None = None,
    check: Check | None = None,
    gt: float | None = None,
    ge: float | None = None,
    le: float | None = None,
    secret: bool = False,
) -> msgspec.Meta:
    """What a setting means, what it takes if its type does not say, its bounds, what else is checked, and whether its
    value is never shown."""
    extra = {"expect": expect, "check": check, "secret": secret}
    if gt is not None:
        return msgspec.Meta(description=text, extra=extra, gt=gt, le=le)
    return msgspec.Meta(description=text, extra=extra, ge=ge, le=le)


Port: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=65535)]


@dataclass(frozen=True, slots=True)
class Setting:
    """One leaf of `Config`. `key` is dotted; `expect` completes the sentence "expected …"."""

    key: str
    kind: object
    default: object
    description: str
    expect: str
    check: Check | None
    secret: bool

    @property
    def variable(self) -> str:
        return PREFIX + self.key.upper().replace(".", "__")


def settings_of(struct: type[msgspec.Struct], prefix: str = "") -> Iterator[Setting]:
    hints = get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from settings_of(hint, f"{prefix}{field.name}.")
            continue
        metas = [meta for meta in get_args(hint)[1:] if isinstance(meta, msgspec.Meta)]
        extra = next((meta.extra for meta in metas if meta.extra), {})
        yield Setting(
            key=prefix + field.name,
            kind=hint,
            default=field.default,
            description=next((meta.description for meta in metas if meta.description), ""),
            expect=extra.get("expect") or _expect(get_args(hint)[0], metas),
            check=extra.get("check"),
            secret=extra.get("secret", False),
        )


def _expect(kind: object, metas: list[msgspec.Meta]) -> str:
    """What a value must be, in words, from its type and bounds."""
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(choice) for choice in get_args(kind))
    plain = next((part for part in get_args(kind) if part is not NoneType), kind)
    words = {int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}
    text = words[plain] if isinstance(plain, type) else str(plain)
    for name, sign in (("gt", "more than"), ("ge", "at least"), ("le", "at most")):
        bound = next((value for meta in metas if (value := getattr(meta, name)) is not None), None)
        if bound is not None:
            text += f", {sign} {bound}"
    return text
