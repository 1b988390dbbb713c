"""Reading what people want to be told of."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from hubbub.domain.notifications import Notifications
from hubbub.store.readers import Reader
from hubbub.store.schema import notifications
from hubbub.store.statements import compile_sql

_OF_USER: Final = compile_sql(select(notifications.c.settings).where(notifications.c.user == bindparam("user")), "user")
_decode: Final = msgspec.json.Decoder(Notifications).decode


async def fetch_notifications(reader: Reader, user: str) -> Notifications:
    row = await reader.fetch_one(_OF_USER, (user,))
    return _decode(row[0]) if row is not None else Notifications()
