"""A chat server on picows, for comparison: nothing is stored, nobody is asked who they are.

What a member sends goes to all who are in the channel it begins with; the query says where a member is in. On uvloop,
with no compression and no pings of its own.
"""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import parse_qs, urlsplit

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

ROOMS: defaultdict[bytes, set[WSTransport]] = defaultdict(set)


class Member(WSListener):
    def __init__(self, channels: list[bytes]) -> None:
        super().__init__()
        self._channels = channels

    def on_ws_connected(self, transport: WSTransport) -> None:
        for channel in self._channels:
            ROOMS[channel].add(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif frame.msg_type == WSMsgType.TEXT:
            message = frame.get_payload_as_bytes()
            for member in ROOMS[message.partition(b" ")[0]]:
                member.send(WSMsgType.TEXT, message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        for channel in self._channels:
            ROOMS[channel].discard(transport)


def listen(request: WSUpgradeRequest) -> WSListener:
    query = urlsplit(request.path).query
    return Member(parse_qs(query).get(b"channel", []))


async def main() -> None:
    server = await ws_create_server(listen, "127.0.0.1", 0, backlog=2048)
    print("{}:{}".format(*server.sockets[0].getsockname()), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
