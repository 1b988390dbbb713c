"""New accounts. The first one on a server owns it, and brings the channel that everyone joins."""

from __future__ import annotations

from typing import Final

from hubbub.domain.ids import new_id, user_stream
from hubbub.domain.intents import Appended, CreateUser
from hubbub.domain.names import name_key
from hubbub.domain.roles import Role
from hubbub.errors import Refused
from hubbub.store.apply.channels import open_channel
from hubbub.store.apply.members import join
from hubbub.store.ledger import Ledger
from hubbub.store.states import UserState

GENERAL: Final = "general"


def append_user(ledger: Ledger, intent: CreateUser) -> Appended:
    """Refused: `name_taken`."""
    key = name_key(intent.name)
    if ledger.is_user_name_taken(key):
        raise Refused("name_taken")
    first = ledger.is_first_user()
    role = Role(intent.role) if intent.role else (Role.OWNER if first else Role.MEMBER)
    user = UserState(intent.user, user_stream(intent.user), intent.name, role, disabled=False, seq=0)
    ledger.insert_user(user, key, intent.password_hash, intent.at)
    if first:
        open_channel(ledger, user, new_id(intent.at), GENERAL, "", intent.at, private=False, everyone=True)
    else:
        for channel in ledger.fetch_everyone():
            join(ledger, channel, user, user, intent.at)
    return Appended(user.stream, user.seq)
