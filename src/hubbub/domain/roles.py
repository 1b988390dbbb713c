"""Who may do what: server roles, and the few rules that follow from them."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A user's role on the whole server, strongest first. The first account is the owner."""

    OWNER = "owner"
    ADMIN = "admin"
    MODERATOR = "moderator"
    MEMBER = "member"
    GUEST = "guest"


_MODERATORS = frozenset({Role.OWNER, Role.ADMIN, Role.MODERATOR})
_STAFF = frozenset({Role.OWNER, Role.ADMIN})


def may_delete_message(role: Role, *, own: bool) -> bool:
    return own or role in _MODERATORS


def may_edit_message(*, own: bool) -> bool:
    """Nobody puts words into another's mouth, whatever the role."""
    return own


def may_remove_member(role: Role, *, creator: bool) -> bool:
    """Removing somebody else from a channel: staff, moderators, and who made the channel."""
    return creator or role in _MODERATORS


def may_change_channel(role: Role, *, member: bool) -> bool:
    """Name and topic: every member but guests, and staff."""
    return role in _STAFF or (member and role is not Role.GUEST)


def may_mention_everyone(role: Role, *, creator: bool, many: bool) -> bool:
    """Calling all members at once; where there are many, who answers for the channel."""
    return role is not Role.GUEST and (not many or creator or role in _MODERATORS)


def may_create_channel(role: Role) -> bool:
    return role is not Role.GUEST


def may_open_conversation(role: Role) -> bool:
    """Beginning one. What others began with a guest is the guest's to find and to write in."""
    return role is not Role.GUEST


def may_join_public_channel(role: Role) -> bool:
    """Guests are put into channels by others."""
    return role is not Role.GUEST


def may_add_member(role: Role) -> bool:
    return role is not Role.GUEST
