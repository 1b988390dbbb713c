"""Files to upload, and uploading them as a program would."""

from __future__ import annotations

import io
import struct
import zlib

import httpx
from PIL import Image

from tests.support.http_app import Json

OCTETS = {"Content-Type": "application/offset+octet-stream"}


def picture(width: int = 64, height: int = 48, form: str = "PNG", color: str = "teal", **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), color).save(written, form, **options)
    return written.getvalue()


def located_picture() -> bytes:
    """Taken upside left (orientation 6: to be turned a quarter clockwise), with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a secret description"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (57.0, 2.0, 55.0), "E", (9.0, 55.0, 18.0)
    image = Image.new("RGB", (64, 48), "white")
    image.paste("red", (0, 0, 64, 8))  # the upper edge as it lies, the right one as it is to be seen
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif, quality=95, comment=b"a secret comment")
    return written.getvalue()


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of some kilobytes that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def moving_picture(frames: int = 3) -> bytes:
    images = [Image.new("RGB", (32, 24), (index * 20, 0, 0)) for index in range(frames)]
    written = io.BytesIO()
    images[0].save(written, "GIF", save_all=True, append_images=images[1:], duration=80, loop=0)
    return written.getvalue()


def tone(seconds: float = 1.5) -> bytes:
    """A WAV of silence."""
    data = b"\0\0" * round(8000 * seconds)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


async def begin(client: httpx.AsyncClient, name: str, size: int, media_type: str = "") -> str:
    answer = await client.post("/api/files", json={"name": name, "size": size, "type": media_type})
    assert answer.status_code == 201, answer.text
    file: str = answer.json()["id"]
    assert answer.headers["location"] == f"/api/files/{file}"
    return file


async def send(client: httpx.AsyncClient, file: str, offset: int, data: bytes) -> httpx.Response:
    return await client.patch(f"/api/files/{file}", content=data, headers={**OCTETS, "Upload-Offset": str(offset)})


async def upload(client: httpx.AsyncClient, name: str, data: bytes, media_type: str = "") -> Json:
    """The Upload as it is when it is ready."""
    file = await begin(client, name, len(data), media_type)
    answer = await send(client, file, 0, data)
    assert answer.status_code == 204, answer.text
    found: Json = (await client.get(f"/api/files/{file}")).json()
    assert found["state"] == "ready"
    return found
