"""How a body is read: bounded in size and time, decoded strictly into the very type its route declares."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, TypeAlias
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import InternalServerException
from litestar.params import PathParameter, QueryParameter

from hubbub.domain.accounts import Session
from hubbub.errors import Refused

BODY_SECONDS: Final = 30
MAX_FORM_FIELDS: Final = 20
FORM_KEY: Final = "form"
_ULID: Final = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
_MAX_INT: Final = 2**53 - 1

Ulid: TypeAlias = Annotated[str, PathParameter(pattern=_ULID, description="A ULID.")]
Number: TypeAlias = Annotated[int, PathParameter(ge=1, le=_MAX_INT, description="The message's number.")]
OptionalUlid: TypeAlias = Annotated[str | None, QueryParameter(pattern=_ULID, required=False)]
OptionalNumber: TypeAlias = Annotated[int | None, QueryParameter(ge=0, le=_MAX_INT, required=False)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON object sent to us; what it does not declare is refused."""


class StrictRequest(Request[Session, str | None, State]):
    """A request whose JSON is decoded once, without the leniency meant for query strings ("1" is no number)."""

    async def body(self) -> bytes:
        """The whole body; raises `too_large` (by Litestar's bound), `head_too_slow`, `bad_request` (cut off)."""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await super().body()
        except TimeoutError as error:
            raise Refused("head_too_slow", "The request's body took too long.") from error
        except InternalServerException as error:  # how Litestar says that the client went away
            raise Refused("bad_request", "The request's body ended early.") from error

    async def json(self) -> object:
        """The body as the type that the route's `data` has; raises `bad_json`, `bad_request`."""
        field = self.route_handler.parsed_data_field
        try:
            return msgspec.json.decode(await self.body(), type=field.annotation if field else object)
        except msgspec.ValidationError as error:
            raise Refused("bad_request", f"{error}.") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused("bad_json") from error

    async def form_fields(self) -> dict[str, str]:
        """An urlencoded body (WHATWG URL, section 5.1); of a field given twice the last counts. Raises `bad_request`.

        What was read stays in the scope, for whoever answers when the form is refused.
        """
        try:
            pairs = parse_qsl(
                (await self.body()).decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MAX_FORM_FIELDS,
            )
        except ValueError as error:
            raise Refused("bad_request", "The form's fields cannot be read.") from error
        fields = dict(pairs)
        self.scope["state"][FORM_KEY] = fields
        return fields
