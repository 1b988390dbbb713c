"""TLS in the product itself, without a proxy in front: pages, cookie and socket, over the transport path."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import httpx
from websockets.asyncio.client import connect

from tests.support.client import PASSWORD
from tests.support.server import Server

TLS = Path(__file__).parents[1] / "contract" / "tls"


async def test_everything_works_under_tls(tmp_path: Path) -> None:
    settings = {"TLS__CERTIFICATE": str(TLS / "certificate.pem"), "TLS__KEY": str(TLS / "key.pem")}
    trusted = ssl.create_default_context(cafile=TLS / "certificate.pem")
    with Server(tmp_path / "data", pages=True, settings=settings, trusted=trusted) as server:
        origin = server.url
        assert origin.startswith("https://localhost:")
        async with httpx.AsyncClient(
            base_url=origin, verify=trusted, trust_env=False, headers={"Origin": origin}
        ) as http:
            made = await http.post("/api/accounts", json={"name": "ann", "password": PASSWORD})
            cookie = made.headers["set-cookie"]
            assert cookie.startswith("__Host-session=")
            assert "Secure" in cookie
            assert made.headers["strict-transport-security"]

            channel = (await http.get("/api/snapshot")).json()["channels"][0]["id"]
            await http.post(f"/api/channels/{channel}/messages", json={"text": "sealed"})
            room = await http.get(f"/c/{channel}")
            assert room.status_code == httpx.codes.OK
            assert "sealed" in room.text, "Node, which knows no certificate, has read the room"

            headers = {"Cookie": cookie.split(";")[0]}
            address = origin.replace("https", "wss") + "/socket"
            async with connect(address, ssl=trusted, origin=origin, additional_headers=headers, proxy=None) as socket:  # type: ignore[arg-type]
                await socket.send('{"type":"hello"}')
                assert json.loads(await socket.recv())["user"]["name"] == "ann"
