"""Files over a real socket: up in pieces, looked at, down in ranges, and only to whoever may read them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from hubbub.service.files import HOUR_MS
from tests.support.files import (
    OCTETS,
    begin,
    bomb,
    located_picture,
    moving_picture,
    picture,
    send,
    tone,
    upload,
)
from tests.support.http_app import App, Json, Person, serve_http

SETTINGS = {
    "files.largest_bytes": 4_000_000,
    "files.quota_bytes": 6_000_000,
    "files.uploads": 3,
    "files.image_pixels": 1_000_000,
    "files.image_frames": 5,
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with serve_http(tmp_path, SETTINGS) as served:
        yield served


async def post(person: Person, channel: str, *parts: Json, text: str = "") -> int:
    answer = await person.http.post(f"/api/channels/{channel}/messages", json={"text": text, "parts": parts})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


async def refused(answer: httpx.Response) -> str:
    code: str = answer.json()["code"]
    return code


def kept(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "files").rglob("*") if path.is_file())


# --- up --------------------------------------------------------------------------------------------------------------


async def test_a_cut_upload_goes_on_where_it_was(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    ann = await app.person("ann")
    data = os.urandom(3_000_000)
    file = await begin(ann.http, "noise.bin", len(data))
    where = urlsplit(app.url)
    head = (
        f"PATCH /api/files/{file} HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: session={ann.http.cookies['session']}\r\n"
        f"Content-Type: {OCTETS['Content-Type']}\r\nUpload-Offset: 0\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(head.encode() + data[:1_500_000])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    told = ""
    async with asyncio.timeout(20):
        while "method=PATCH" not in told:
            await ann.http.get("/healthz")
            told += capsys.readouterr().out
    assert "status=400" in next(line for line in told.splitlines() if "method=PATCH" in line)
    assert "Traceback" not in told
    answer = await ann.http.head(f"/api/files/{file}")
    assert (answer.status_code, answer.headers["upload-length"]) == (200, str(len(data)))
    offset = int(answer.headers["upload-offset"])
    assert offset == 1_500_000  # every byte that came
    answer = await send(ann.http, file, offset, data[offset:])
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(data)))
    down = await ann.http.get(f"/files/{file}/noise.bin")
    assert hashlib.sha256(down.content).digest() == hashlib.sha256(data).digest()


async def test_bytes_are_taken_at_their_place_alone(app: App) -> None:
    ann = await app.person("ann")
    file = await begin(ann.http, "a.txt", 10)
    assert (await send(ann.http, file, 0, b"hello")).headers["upload-offset"] == "5"
    for offset in (0, 4, 6):
        assert await refused(await send(ann.http, file, offset, b"x")) == "wrong_offset"
    assert await refused(await send(ann.http, file, 5, b"too long")) == "file_too_big"
    assert (await send(ann.http, file, 5, b"world")).status_code == 204
    assert (await ann.http.get(f"/files/{file}/a.txt")).content == b"helloworld"
    assert await refused(await send(ann.http, file, 10, b"more")) == "wrong_offset"


async def test_a_piece_must_be_sent_as_what_no_form_can_send(app: App) -> None:
    ann = await app.person("ann")
    file = await begin(ann.http, "a.txt", 1)
    for kind in ("text/plain", "multipart/form-data", "application/json"):
        answer = await ann.http.patch(
            f"/api/files/{file}", content=b"x", headers={"Content-Type": kind, "Upload-Offset": "0"}
        )
        assert await refused(answer) == "unsupported_media_type"


async def test_another_version_of_the_protocol_is_refused(app: App) -> None:
    ann = await app.person("ann")
    file = await begin(ann.http, "a.txt", 1)
    answer = await ann.http.get(f"/api/files/{file}", headers={"Tus-Resumable": "0.2.2"})
    assert (answer.status_code, await refused(answer)) == (412, "bad_upload_version")


async def test_nobody_else_sees_or_touches_an_upload(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    file = await begin(ann.http, "a.txt", 5)
    answers = [
        await bob.http.get(f"/api/files/{file}"),
        await send(bob.http, file, 0, b"hello"),
        await bob.http.delete(f"/api/files/{file}"),
        await bob.http.get(f"/files/{file}/a.txt"),
    ]
    assert [(answer.status_code, await refused(answer)) for answer in answers] == [(404, "no_such_file")] * 4


async def test_a_cancelled_upload_leaves_nothing(app: App, tmp_path: Path) -> None:
    ann = await app.person("ann")
    file = await begin(ann.http, "a.txt", 10)
    await send(ann.http, file, 0, b"hello")
    assert kept(tmp_path) == [file]
    assert (await ann.http.delete(f"/api/files/{file}")).status_code == 204
    assert kept(tmp_path) == []
    assert await refused(await send(ann.http, file, 5, b"world")) == "no_such_file"
    await app.services.files.collect()
    assert kept(tmp_path) == []


UNWANTED = (
    ("a.bin", 4_000_001, "file_too_big"),
    ("a.bin", 0, "bad_request"),
    ("\u202e", 1, "bad_file_name"),
    ("/", 1, "bad_file_name"),
    ("x" * 900, 1, "bad_file_name"),
)


async def test_what_cannot_be_uploaded_is_said_at_once(app: App) -> None:
    ann = await app.person("ann")
    for name, size, code in UNWANTED:
        assert await refused(await ann.http.post("/api/files", json={"name": name, "size": size})) == code


async def test_one_persons_uploads_and_bytes_are_bounded(app: App) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    first = await begin(ann.http, "a.bin", 3_000_000)
    full = await ann.http.post("/api/files", json={"name": "b.bin", "size": 3_000_001})
    assert await refused(full) == "quota_exceeded"
    await begin(ann.http, "b.bin", 1)
    await begin(ann.http, "c.bin", 1)
    assert await refused(await ann.http.post("/api/files", json={"name": "d.bin", "size": 1})) == "too_many_uploads"
    await begin(bob.http, "mine.bin", 3_000_001)
    await ann.http.delete(f"/api/files/{first}")
    await begin(ann.http, "d.bin", 3_000_001)


async def test_uploads_leave_the_disk_room_for_what_is_written(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    async with serve_http(tmp_path, SETTINGS | {"files.reserve_bytes": 2 * free}) as app:
        ann = await app.person("ann")
        answer = await ann.http.post("/api/files", json={"name": "a.bin", "size": 1})
        assert (answer.status_code, await refused(answer)) == (507, "no_room")
        await ann.post(await ann.channel("room"), "words have room")


async def test_names_that_are_paths_or_tricks_become_plain_ones(app: App) -> None:
    ann = await app.person("ann")
    for given, stored in (
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ('a"b;<c>\r\n.txt', "a_b;_c_.txt"),
        ("报告 第一版.pdf", "报告 第一版.pdf"),
    ):
        found = await upload(ann.http, given, b"%PDF-1.7 x")
        assert found["name"] == stored
        for path in (Path(found["id"]),):
            down = await ann.http.get(f"/files/{path}/x")
            assert down.headers["content-disposition"].startswith("attachment; filename=")
        await ann.http.delete(f"/api/files/{found['id']}")


# --- looked at -------------------------------------------------------------------------------------------------------


async def test_a_picture_is_made_anew_upright_and_without_what_came_along(app: App) -> None:
    ann = await app.person("ann")
    part = (await upload(ann.http, "beach.jpg", located_picture()))["part"]
    assert (part["kind"], part["media_type"], part["width"], part["height"]) == ("photo", "image/jpeg", 48, 64)
    down = (await ann.http.get(f"/files/{part['file']}/beach.jpg")).content
    image = Image.open(io.BytesIO(down))
    assert len(image.getexif()) == 0
    for secret in (b"Exif", b"GPS", b"secret"):
        assert secret not in down
    right, left = image.convert("RGB").getpixel((45, 32)), image.convert("RGB").getpixel((5, 32))
    assert isinstance(right, tuple)
    assert isinstance(left, tuple)
    assert right[0] > 200 > 100 > right[1]  # what was above is on the right
    assert min(left) > 200


async def test_a_picture_has_thumbnails_and_a_placeholder(app: App) -> None:
    ann = await app.person("ann")
    part = (await upload(ann.http, "wide.png", picture(1400, 700)))["part"]
    assert part["thumbs"] == [{"width": 320, "height": 160}, {"width": 1280, "height": 640}]
    blur = base64.b64decode(part["blur"])
    assert len(blur) < 400
    assert Image.open(io.BytesIO(blur)).format == "WEBP"
    answer = await ann.http.get(f"/files/{part['file']}/thumbs/320")
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (320, 160)
    assert await refused(await ann.http.get(f"/files/{part['file']}/thumbs/321")) == "no_such_file"


async def test_a_moving_picture_keeps_moving(app: App) -> None:
    ann = await app.person("ann")
    part = (await upload(ann.http, "cat.gif", moving_picture()))["part"]
    assert (part["name"], part["media_type"], part["animated"]) == ("cat.webp", "image/webp", True)
    image = Image.open(io.BytesIO((await ann.http.get(f"/files/{part['file']}/cat.webp")).content))
    assert getattr(image, "n_frames", 1) == 3


async def test_every_kind_of_picture_is_one(app: App) -> None:
    ann = await app.person("ann")
    for form in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"):
        part = (await upload(ann.http, "picture", picture(form=form)))["part"]
        assert (part["kind"], part["width"], part["height"]) == ("photo", 64, 48)


BROKEN = (
    (bomb(), "image_too_big"),
    (bomb(40_000, 10), "image_too_big"),
    (picture(1200, 1000), "image_too_big"),
    (moving_picture(6), "image_too_big"),
    (picture()[:60], "bad_image"),
    (b"\x89PNG\r\n\x1a\n" + b"nonsense" * 20, "bad_image"),
    (b"GIF89a" + b"\0" * 30, "bad_image"),
)


async def test_a_bomb_or_a_broken_picture_is_refused_and_gone(app: App, tmp_path: Path) -> None:
    ann = await app.person("ann")
    for data, code in BROKEN:
        file = await begin(ann.http, "image.png", len(data))
        answer = await send(ann.http, file, 0, data)
        assert (answer.status_code, await refused(answer)) == (422, code)
        assert await refused(await ann.http.get(f"/api/files/{file}")) == "no_such_file"
        assert kept(tmp_path) == []
        assert (await ann.http.get("/api/me")).status_code == 200


RUNNING = (
    ("x.svg", SVG),
    ("x.html", b"<!doctype html><script>alert(1)</script>"),
    ("x.png", SVG),
    ("x.jpg", b"<html><script>alert(1)</script></html>"),
    ("x.pdf", b"%PDF-1.7\n<script>alert(1)</script>PK\x03\x04"),
    ("x.zip", b"PK\x03\x04<script>alert(1)</script>"),
    ("x.mp3", b"#!/bin/sh\necho hi\n"),
    ("x.tiff", b"II*\0<script>alert(1)</script>"),
)


async def test_what_could_run_is_only_ever_downloaded(app: App) -> None:
    ann = await app.person("ann")
    for name, data in RUNNING:
        found = await upload(ann.http, name, data, "image/svg+xml")
        assert found["part"]["kind"] == "file"
        answer = await ann.http.get(f"/files/{found['id']}/{name}")
        assert answer.content == data
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_picture_that_is_a_script_as_well_is_a_picture_alone(app: App) -> None:
    ann = await app.person("ann")
    script = b"=1;alert(document.domain);//"
    gif = bytearray(picture(form="GIF"))
    polyglot = bytes(gif) + b"/*" + script + b"*/" + b"PK\x05\x06" + b"\0" * 18
    part = (await upload(ann.http, "x.gif", polyglot))["part"]
    answer = await ann.http.get(f"/files/{part['file']}/x.gif")
    assert part["kind"] == "photo"
    assert script not in answer.content
    assert b"PK\x05\x06" not in answer.content


async def test_a_sound_tells_how_long_it_is(app: App) -> None:
    ann = await app.person("ann")
    part = (await upload(ann.http, "tone.wav", tone()))["part"]
    assert (part["kind"], part["media_type"], part["duration"]) == ("audio", "audio/wav", 1500)


async def test_what_was_recorded_in_a_browser_is_what_its_recorder_says(app: App) -> None:
    ann = await app.person("ann")
    webm = b"\x1aE\xdf\xa3" + b"\x9fB\x86\x81\x01B\x82\x84webm" + b"\0" * 40
    voice = await upload(ann.http, "voice.webm", webm, "audio/webm;codecs=opus")
    assert voice["part"]["media_type"] == "audio/webm"
    number = await post(
        ann, await ann.channel("room"), {"kind": "voice", "file": voice["id"], "duration": 900, "waveform": [1, 50, 9]}
    )
    assert number == 1
    film = await upload(ann.http, "film.webm", webm)
    assert film["part"]["kind"] == "video"


# --- down ------------------------------------------------------------------------------------------------------------


async def test_a_range_is_sent_as_asked_for(app: App) -> None:
    ann = await app.person("ann")
    data = bytes(range(256)) * 40
    found = await upload(ann.http, "bytes.bin", data)
    where = f"/files/{found['id']}/bytes.bin"
    for given, start, end in (
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, len(data)),
        ("bytes=-100", len(data) - 100, len(data)),
        ("bytes=5-999999", 5, len(data)),
        ("bytes=-999999", 0, len(data)),
    ):
        answer = await ann.http.get(where, headers={"Range": given})
        assert answer.status_code == 206
        assert answer.content == data[start:end]
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(data)}"
    for given in (f"bytes={len(data)}-", "bytes=-0"):
        answer = await ann.http.get(where, headers={"Range": given})
        assert (answer.status_code, await refused(answer)) == (416, "bad_range")
    for given in ("bytes=0-1,5-6", "bytes=9-1", "lines=0-1", "bytes=a-b", "bytes=-"):
        answer = await ann.http.get(where, headers={"Range": given})
        assert (answer.status_code, len(answer.content)) == (200, len(data))


async def test_a_copy_one_has_is_not_sent_again(app: App) -> None:
    ann = await app.person("ann")
    found = await upload(ann.http, "a.bin", b"\0abc")
    where = f"/files/{found['id']}/a.bin"
    tag = (await ann.http.get(where)).headers["etag"]
    again = await ann.http.get(where, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"].startswith("private")
    old = await ann.http.get(where, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert old.status_code == 200
    assert (await ann.http.get(where, headers={"Range": "bytes=0-1", "If-Range": tag})).status_code == 206


async def test_the_head_alone_can_be_asked_for(app: App) -> None:
    ann = await app.person("ann")
    found = await upload(ann.http, "a.bin", b"\0abc")
    answer = await ann.http.head(f"/files/{found['id']}/a.bin")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "4", b"")


async def test_without_a_session_there_are_no_files(app: App) -> None:
    ann = await app.person("ann")
    found = await upload(ann.http, "a.bin", b"\0abc")
    stranger = await app.client()
    assert (await stranger.get(f"/files/{found['id']}/a.bin")).status_code == 401
    for path in ("/files/", "/files/x/y", f"/files/{found['id']}", f"/files/{found['id']}/a/b"):
        assert (await ann.http.get(path)).status_code == 404
    assert (await ann.http.post(f"/files/{found['id']}/a.bin")).status_code == 405


async def test_a_file_follows_its_channel_and_goes_with_its_message(app: App, tmp_path: Path) -> None:
    ann, bob = await app.person("ann"), await app.person("bob")
    room = await ann.channel("secret", private=True)
    part = (await upload(ann.http, "plan.png", picture(400, 300)))["part"]
    paths = [f"/files/{part['file']}/plan.png", f"/files/{part['file']}/thumbs/320"]

    async def statuses(person: Person) -> list[int]:
        return [(await person.http.get(path)).status_code for path in paths]

    assert await statuses(bob) == [404, 404]
    number = await post(ann, room, {"kind": "photo", "file": part["file"], "alt": "The plan"})
    assert await statuses(bob) == [404, 404]
    assert (await ann.http.put(f"/api/channels/{room}/members/{bob.id}")).status_code == 200
    assert await statuses(bob) == [200, 200]
    line = (await bob.http.get(f"/api/channels/{room}/messages?around={number}")).json()["messages"][-2:]
    assert [message["parts"][0]["alt"] for message in line if "parts" in message] == ["The plan"]
    assert (await bob.http.delete(f"/api/channels/{room}/members/me")).status_code == 200
    assert await statuses(bob) == [404, 404]
    assert (await ann.http.delete(f"/api/channels/{room}/messages/{number}")).status_code == 200
    assert await statuses(ann) == [404, 404]
    assert await app.services.files.collect() == 1
    assert kept(tmp_path) == []


async def test_what_is_not_posted_is_collected_after_a_day(app: App, tmp_path: Path) -> None:
    ann = await app.person("ann")
    await upload(ann.http, "a.bin", b"\0abc")
    unfinished = await begin(ann.http, "b.bin", 100)
    await send(ann.http, unfinished, 0, b"half")
    posted = await upload(ann.http, "c.bin", b"\0def")
    await post(ann, await ann.channel("room"), {"kind": "file", "file": posted["id"]})
    app.clock.now += 23 * HOUR_MS
    assert await app.services.files.collect() == 0
    app.clock.now += 2 * HOUR_MS
    assert await app.services.files.collect() == 2
    assert kept(tmp_path) == ["original"]
    assert (await ann.http.get(f"/files/{posted['id']}/c.bin")).status_code == 200


# --- posting ---------------------------------------------------------------------------------------------------------


UNPOSTABLE = (
    ({"text": "", "parts": []}, "bad_text"),
    ({"parts": [{"kind": "spaceship"}]}, "bad_request"),
    ({"parts": [{"kind": "location", "latitude": 91, "longitude": 0}]}, "bad_request"),
    ({"parts": [{"kind": "location", "latitude": 1, "longitude": 0}] * 11}, "bad_request"),
    ({"parts": [{"kind": "meeting", "subject": "x", "url": "javascript:alert(1)"}]}, "bad_part"),
    ({"parts": [{"kind": "meeting", "subject": "x", "url": "data:text/html,x"}]}, "bad_part"),
    ({"parts": [{"kind": "meeting", "subject": " "}]}, "bad_part"),
    ({"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes"]}]}, "bad_request"),
    ({"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes", "no"] * 6}]}, "bad_request"),
    ({"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes", "n" * 201]}]}, "bad_request"),
    ({"parts": [{"kind": "poll", "question": " ", "options": ["yes", "no"]}]}, "bad_part"),
    ({"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes", "YES "]}]}, "bad_part"),
    ({"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes", ""]}]}, "bad_part"),
    ({"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes", "no"], "closes_at": 1}]}, "bad_part"),
    (
        {"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes", "no"], "closes_at": 2**53 - 1}]},
        "bad_request",
    ),
    ({"parts": [{"kind": "meeting", "subject": "x", "at": 2**53 - 1}]}, "bad_request"),
    ({"parts": [{"kind": "poll", "question": "Tea?", "options": ["yes", "no"]}] * 2}, "bad_part"),
    ({"parts": [{"kind": "photo", "file": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}]}, "no_such_file"),
    ({"text": "hi", "forward": {"channel": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "number": 1}}, "bad_forward"),
    ({"text": "hi", "reply": 99}, "no_such_message"),
)


async def test_what_cannot_be_posted_is_refused(app: App) -> None:
    ann = await app.person("ann")
    room = await ann.channel("room")
    for body, code in UNPOSTABLE:
        assert await refused(await ann.http.post(f"/api/channels/{room}/messages", json=body)) == code
