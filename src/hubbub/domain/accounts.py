"""People as the log-in knows them, and their sessions. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Account:
    """A user as the log-in needs them."""

    id: str
    name: str
    role: Role
    password_hash: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class Session:
    """A logged-in user's session. `id` is the SHA-256 of the cookie's token (32 bytes); the token itself is nowhere."""

    id: bytes
    user: str
    name: str
    role: Role
    expires_at: int
