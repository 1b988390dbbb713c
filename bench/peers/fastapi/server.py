"""A chat server in the way of FastAPI's documents (the ConnectionManager), for comparison: nothing is stored, nobody
is asked who they are. What a member sends goes to all who are in the channel it begins with; the query says where a
member is in. Served by uvicorn on uvloop and httptools, with no access log, no compression and no pings of its own.
"""

from __future__ import annotations

import socket
from collections import defaultdict
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Query, WebSocket, WebSocketDisconnect


class ConnectionManager:
    """Who is in each channel; a message is sent to one after the other."""

    def __init__(self) -> None:
        self.active_connections: defaultdict[str, list[WebSocket]] = defaultdict(list)

    async def connect(self, websocket: WebSocket, channels: list[str]) -> None:
        await websocket.accept()
        for channel in channels:
            self.active_connections[channel].append(websocket)

    def disconnect(self, websocket: WebSocket, channels: list[str]) -> None:
        for channel in channels:
            self.active_connections[channel].remove(websocket)

    async def broadcast(self, channel: str, message: str) -> None:
        for connection in self.active_connections[channel]:
            await connection.send_text(message)


app = FastAPI()
manager = ConnectionManager()


@app.websocket("/socket")
async def talk(websocket: WebSocket, channel: Annotated[list[str], Query()]) -> None:
    await manager.connect(websocket, channel)
    try:
        while True:
            message = await websocket.receive_text()
            await manager.broadcast(message.partition(" ")[0], message)
    except WebSocketDisconnect:
        manager.disconnect(websocket, channel)


def main() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        print("{}:{}".format(*listener.getsockname()), flush=True)
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws="auto",
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            access_log=False,
            log_level="error",
        )
        uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
