"""Reading what somebody votes for in anonymous polls, which nobody else may ask."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy import literal_column as literal

from hubbub.protocol.replies import ANSWERS_KEPT, PollAnswer
from hubbub.store.readers import Reader
from hubbub.store.schema import ballots
from hubbub.store.statements import compile_sql

_ANSWERS: Final = compile_sql(
    select(ballots.c.channel, ballots.c.number, ballots.c.options)
    .where(ballots.c.user == bindparam("user"))
    .order_by(ballots.c.seq.desc())
    .limit(bindparam("limit"))
    .offset(literal("0")),
    "user",
    "limit",
)
_options: Final = msgspec.json.Decoder(list[int]).decode


async def fetch_answers(reader: Reader, user: str) -> list[PollAnswer]:
    """The user's newest votes, the newest last."""
    rows = await reader.fetch_all(_ANSWERS, (user, ANSWERS_KEPT))
    return [
        PollAnswer(channel=channel, number=number, options=_options(options))
        for channel, number, options in reversed(rows)
    ]
