"""What the command line does with the store while no server runs on it. Part of the composition root."""

from __future__ import annotations

from hubbub.clock import MonotonicClock
from hubbub.config import Config
from hubbub.domain.roles import Role
from hubbub.protocol.events import UserView
from hubbub.service.accounts import AccountService
from hubbub.service.passwords import PasswordHasher
from hubbub.store.sqlite import open_store


async def create_account(config: Config, name: str, password: str, role: Role | None) -> UserView:
    """Raises `Refused` (`bad_name`, `bad_password`, `name_taken`) and `StoreError`."""
    clock = MonotonicClock()
    store = await open_store(config.data, on_commit=lambda batches: None, clock=clock)
    hasher = PasswordHasher()
    try:
        accounts = AccountService(store.log, store.accounts, hasher, clock, open_registration=True)
        return await accounts.create(name, password, role)
    finally:
        hasher.close()
        await store.close()
