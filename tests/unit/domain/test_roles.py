"""Who may do what."""

from __future__ import annotations

import pytest

from hubbub.domain import roles
from hubbub.domain.roles import Role

MODERATING = {Role.OWNER, Role.ADMIN, Role.MODERATOR}
STAFF = {Role.OWNER, Role.ADMIN}


@pytest.mark.parametrize("role", Role)
def test_a_message_is_deleted_by_its_author_or_a_moderator(role: Role) -> None:
    assert roles.may_delete_message(role, own=True)
    assert roles.may_delete_message(role, own=False) == (role in MODERATING)


def test_nobody_edits_the_words_of_another() -> None:
    assert roles.may_edit_message(own=True)
    assert not roles.may_edit_message(own=False)


@pytest.mark.parametrize("role", Role)
def test_somebody_is_removed_by_moderators_and_the_channels_creator(role: Role) -> None:
    assert roles.may_remove_member(role, creator=True)
    assert roles.may_remove_member(role, creator=False) == (role in MODERATING)


@pytest.mark.parametrize("role", Role)
def test_a_channel_is_changed_by_its_members_but_guests_and_by_staff(role: Role) -> None:
    assert roles.may_change_channel(role, member=True) == (role is not Role.GUEST)
    assert roles.may_change_channel(role, member=False) == (role in STAFF)


@pytest.mark.parametrize("role", Role)
def test_a_guest_only_goes_where_others_put_them(role: Role) -> None:
    allowed = role is not Role.GUEST
    assert roles.may_create_channel(role) == allowed
    assert roles.may_open_conversation(role) == allowed
    assert roles.may_join_public_channel(role) == allowed
    assert roles.may_add_member(role) == allowed
