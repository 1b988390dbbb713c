"""A chat server on `broadcast` of the websockets library, for comparison: nothing is stored and nobody is checked.

What a member sends goes to all who are in the channel it begins with; the query says where a member is in. On uvloop,
with no compression and no pings of its own.
"""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosedError

ROOMS: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def talk(connection: ServerConnection) -> None:
    assert connection.request is not None
    channels = parse_qs(urlsplit(connection.request.path).query).get("channel", [])
    for channel in channels:
        ROOMS[channel].add(connection)
    try:
        async for message in connection:
            assert isinstance(message, str)
            broadcast(ROOMS[message.partition(" ")[0]], message)
    except ConnectionClosedError:
        pass  # cut, as happens
    finally:
        for channel in channels:
            ROOMS[channel].discard(connection)


async def main() -> None:
    async with serve(talk, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=2048) as server:
        print("{}:{}".format(*server.sockets[0].getsockname()), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
