"""Seeding for load tests leaves a database as whole as people do."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hubbub.store.seed import seed_room
from tests.support.store_world import open_world


async def test_seeded_users_are_logged_in_members_of_one_channel(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        room = await seed_room(world.store, 50)
        await world.delivered()
        assert len(world.commits) == 1
        for user in (room.users[0], room.users[-1]):
            session = hashlib.sha256(user.token.encode()).digest()
            found = await world.store.accounts.fetch_session(session, now=world.now)
            assert found is not None
            assert (found.user, found.name) == (user.id, user.name)
            assert (await world.post(user.id, room.channel)).stream == f"channel:{room.channel}"
        assert (await world.room(room.users[0].id, room.channel)).channel.members == 50
        await seed_room(world.store, 3, name="another", private=True)
