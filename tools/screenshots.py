"""Takes pictures of the running product: docs/images/{room,search}-{light,dark,phone,zh}.png for the README, and with
`--work` pictures to look at: parts-*.png, composer-*.png, and every page (360 and 1440 pixels wide, light and dark,
English and Chinese), all eight of a page on one sheet-*.png.

    python tools/screenshots.py [--chromium /usr/bin/chromium] [--out docs/images] [--work] [NAME …]

A server of its own is started on a free port with a temporary folder, people register and talk, and Chromium looks.
The pages use the reader's own system font; here that is Inter, with Noto's for Chinese and emoji (on Debian:
fonts-inter, fonts-noto-cjk, fonts-noto-color-emoji).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import struct
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)] * (str(ROOT) not in sys.path)  # when started as a file, not as a module

from PIL import Image, ImageDraw  # noqa: E402
from playwright.async_api import Browser, FilePayload, Page, async_playwright  # noqa: E402

from tests.support.client import Person, register  # noqa: E402
from tests.support.server import Server  # noqa: E402
from tools.screenshot_pages import VIEWS, furnish  # noqa: E402

ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--force-color-profile=srgb", "--lang=en"]
FONTS: Final = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <alias binding="strong"><family>system-ui</family><prefer>FAMILIES</prefer></alias>
  <alias binding="strong"><family>sans-serif</family><prefer>FAMILIES</prefer></alias>
</fontconfig>
""".replace(
    "FAMILIES", "".join(f"<family>{each}</family>" for each in ("Inter", "Noto Sans CJK SC", "Noto Color Emoji"))
)
PEOPLE: Final = ("Ana", "Jonas", "Mei", "Priya", "小雨", "Tomás")

RELEASE: Final = (
    ("Jonas", "Morning! The release candidate has been running on the small machine since yesterday."),
    ("Jonas", "Memory is flat at **112 MB** with 900 people connected. I keep waiting for it to grow."),
    ("Mei", "That is less than the browser tab I am watching it with 😄"),
    ("Priya", "Restart test went well too. Everyone came back within two seconds, nothing missing:"),
    (
        "Priya",
        "```sh\nkill -TERM $(pidof -s hubbub)\nhubbub serve --data /srv/chat\nhubbub verify --data /srv/chat\n```",
    ),
    ("Ana", "Lovely. What is left before Friday?"),
    ("Jonas", "- the backup page, I am half way\n- Chinese texts, 小雨 is reading them\n- a name for the release"),
    ("小雨", "Texts are done, I only changed two lines. 发布说明我今天下午写完。"),
    ("Tomás", "For the name: I vote for *Kettle*. It is small, and it gets loud when many people want tea."),
    ("Mei", "Kettle! ☕"),
    ("Ana", "Kettle it is. I will tag it on Friday morning, then we have the whole day to watch it."),
)
REACTIONS: Final = ((2, "🎉", ("Ana", "Mei", "Priya")), (4, "👍", ("Jonas", "Ana")), (9, "☕", ("Mei", "Ana", "Jonas")))

CHINESE: Final = (
    ("小雨", "早上好！昨天的试运行很顺利，大家都说比以前快多了。"),
    ("Mei", "太好了。手机上也试了，输入法完全没有问题，回车不会误发。"),
    ("小雨", "对，这个以前最烦人了 😂"),
    ("Ana", "今天还有什么要做的吗？我下午有空。"),
    ("小雨", "1. 检查发布说明\n2. 更新 `README.zh-CN.md` 的截图\n3. 请大家喝茶 🍵"),
    ("Mei", "第三条我来负责！"),
    ("Ana", "那我看发布说明。**周五上午**发布，没问题。"),
)

OTHERS: Final = {
    "general": (
        ("Priya", "The release party is on Friday evening. Bring a cup, we have the tea."),
        ("Tomás", "The lift works again. Use it while it lasts."),
        ("Priya", "Lunch at half past twelve?"),
    ),
    "design": (
        ("Mei", "Each release gets a drawing of its own. This one is easy: a *kettle*."),
        ("Mei", "New icons for the phone are in the shared folder, please have a look."),
    ),
    "support": (
        ("Priya", "A school asks when the next release is out: they upgrade in the holidays."),
        ("Jonas", "Somebody asks whether an old laptop is enough. It is."),
    ),
    "reading": (("小雨", "《乡土中国》, chapter three on Thursday."),),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """`page` is a channel's name, or an address."""

    name: str
    page: str
    width: int
    height: int
    scheme: str = "light"
    locale: str = "en-GB"
    scale: float = 1.5
    layout: str = "bubbles"
    # What comes behind a channel's address.
    beside: str = ""
    # What somebody does in the page before it is taken.
    act: Callable[[Page], Awaitable[None]] | None = None
    logged_in: bool = True
    sheet: str = ""  # the sheet it is put on with the others of its page


SHOTS: Final = (
    Shot("room-light", "release", 1280, 800),
    Shot("room-dark", "release", 1280, 800, scheme="dark"),
    Shot("room-phone", "release", 390, 780, scale=2),
    Shot("room-zh", "中文组", 1280, 800, locale="zh-CN"),
    Shot("search-light", "/search?q=release", 1280, 800),
    Shot("search-dark", "/search?q=release+in%3Arelease&order=newest", 1280, 800, scheme="dark"),
    Shot("search-phone", "/search?q=release", 390, 780, scale=2),
    Shot("search-zh", f"/search?q={quote('发')}", 1280, 800, locale="zh-CN"),
)


async def compose(page: Page) -> None:
    """Files in the tray, an answer begun, and a name being completed."""
    await page.locator("#compose").focus()
    picture: FilePayload = {"name": "tea.png", "mimeType": "image/png", "buffer": draw_tea()}
    notes: FilePayload = {"name": "Agenda.txt", "mimeType": "text/plain", "buffer": b"1. Tea\n" * 400}
    await page.get_by_test_id("files").set_input_files([picture, notes])
    await page.locator(".tray-item[data-status=done]").nth(1).wait_for()
    await page.keyboard.type("See @m")
    await page.get_by_role("listbox").wait_for()


async def open_photo(page: Page) -> None:
    await page.locator(".photo").last.click()
    await page.get_by_role("dialog").wait_for()
    await page.wait_for_load_state("networkidle")


async def wait_for_thread(page: Page) -> None:
    await page.locator(".thread-panel .message").last.hover()


KITCHEN: Final = "kitchen"
THREADS: Final = (("thread", KITCHEN, "/1/thread"), ("threads", "/threads", ""), ("thread-room", KITCHEN, ""))
_WIDTHS: Final = ((360, 760), (1440, 900))
WORK: Final = tuple(
    Shot(
        f"{name}-{width}-{scheme}-{locale[:2]}{'' if layout == 'bubbles' else '-' + layout}",
        KITCHEN,
        width,
        height,
        scheme,
        locale,
        1,
        layout,
        act=act,
    )
    for name, act in (("parts", None), ("composer", compose), ("photo", open_photo))
    for width, height in _WIDTHS
    for scheme in ("light", "dark")
    for locale in ("en-GB", "zh-CN")
    for layout in (("bubbles", "lines") if name == "parts" else ("bubbles",))
) + tuple(
    Shot(
        f"{name}-{width}-{scheme}-{locale[:2]}",
        where,
        width,
        height,
        scheme,
        locale,
        1,
        beside=beside,
        act=wait_for_thread if beside else None,
    )
    for name, where, beside in THREADS
    for width, height in _WIDTHS
    for scheme in ("light", "dark")
    for locale in ("en-GB", "zh-CN")
)


# All pages, in `furnish`'s words, eight looks each.
PAGES: Final = tuple(
    Shot(
        f"{view.name}-{width}-{scheme}-{locale[:2]}",
        view.address,
        width,
        height,
        scheme,
        locale,
        1,
        act=view.act,
        logged_in=view.logged_in,
        sheet=view.name,
    )
    for view in VIEWS
    for width, height in _WIDTHS
    for scheme in ("light", "dark")
    for locale in ("en-GB", "zh-CN")
)


def draw_tea() -> bytes:
    """A picture of a cup, as PNG."""
    image = Image.new("RGB", (1200, 800), "#dfe7e2")
    brush = ImageDraw.Draw(image)
    brush.rectangle((0, 560, 1200, 800), fill="#c9a27c")
    brush.rounded_rectangle((380, 330, 780, 620), 70, fill="#2c7a7b")
    brush.arc((740, 380, 900, 540), -100, 110, fill="#2c7a7b", width=34)
    brush.ellipse((390, 310, 770, 380), fill="#8a5a2b")
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def sound() -> bytes:
    """Three seconds of a WAV without a sound in it."""
    data = b"\0\0" * 24_000
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16_000, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


async def upload(person: Person, name: str, data: bytes) -> str:
    """The file's id."""
    begun = await person.api("POST", "/files", {"name": name, "size": len(data)})
    head = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    sent = await person.http.patch(f"/api/files/{begun['id']}", content=data, headers=head)
    sent.raise_for_status()
    return str(begun["id"])


async def show_parts(people: dict[str, Person], channel: str) -> None:
    """One message of each kind."""
    mei, ana = people["Mei"], people["Ana"]
    wave = [20 + (index * 37) % 80 for index in range(60)]
    photos = [{"kind": "photo", "file": await upload(mei, "tea.png", draw_tea())} for _ in range(3)]
    agenda = {"kind": "file", "file": await upload(ana, "Agenda for friday.pdf", b"%PDF-1.7\n" + b" " * 90_000)}
    voice = {"kind": "voice", "file": await upload(mei, "voice.wav", sound()), "duration": 3000, "waveform": wave}
    place = {"kind": "location", "latitude": 52.5163, "longitude": 13.3777, "name": "Brandenburger Tor"}
    guests = [person.id for person in people.values()]
    meeting = {
        "kind": "meeting",
        "subject": "Tea",
        "url": "https://meet.example.com/tea",
        "minutes": 45,
        "people": guests,
    }
    posts: tuple[tuple[Person, dict[str, object]], ...] = (
        (mei, {"text": "The kettle is on.", "parts": photos[:1]}),
        (ana, {"text": "Coming!", "reply": 1, "parts": [agenda]}),
        (mei, {"parts": [voice]}),
        (ana, {"parts": [place]}),
        (mei, {"parts": [meeting]}),
        (mei, {"parts": [{**photo, "file": await upload(mei, "tea.png", draw_tea())} for photo in photos]}),
    )
    for person, body in posts:
        await person.api("POST", f"/channels/{channel}/messages", body)
    await show_thread(people, channel)


async def show_thread(people: dict[str, Person], channel: str) -> None:
    """Replies to the first message."""
    for name in ("Jonas", "小雨"):
        await people[name].join(channel)
    said = (
        ("Ana", {"text": "Is there any of the *green* one left?"}),
        ("Mei", {"text": "Two bags. 还有两包。"}),
        ("小雨", {"text": "给我留一包！", "reply": 1}),
        ("Jonas", {"text": "I am bringing a whole tin on Monday, so help yourselves 🍵"}),
        ("Mei", {"parts": [{"kind": "photo", "file": await upload(people["Mei"], "tea.png", draw_tea())}]}),
        ("Ana", {"text": "Then I take both."}),
        ("Jonas", {"text": "`pour --slowly`"}),
    )
    for name, body in said:
        await people[name].api("POST", f"/channels/{channel}/messages", {**body, "thread": 1})


async def talk(url: str) -> tuple[dict[str, Person], dict[str, str]]:
    """People by name, and channels by name."""
    people = {name: await register(url, name) for name in PEOPLE}
    ana = people["Ana"]
    channels = {each["name"]: each["id"] for each in (await ana.snapshot())["channels"]}
    for name, topic in (
        ("reading", "One book a month"),
        ("support", "Questions from people who run it"),
        ("design", "How it looks and why"),
        ("中文组", "用中文聊发布的事"),
        ("release", "What goes out on Friday"),
    ):
        channels[name] = await ana.create_channel(name, topic=topic)
        for person in people.values():
            if person is not ana:
                await person.join(channels[name])
    for name, lines in OTHERS.items():
        await say(people, channels[name], lines)
    await say(people, channels["中文组"], CHINESE)
    await say(people, channels["release"], RELEASE)
    for number, emoji, names in REACTIONS:
        for name in names:
            await people[name].react(channels["release"], number, emoji)
    for name in ("release", "中文组", "support"):
        number = next(each for each in (await ana.snapshot())["channels"] if each["name"] == name)["number"]
        await ana.api("PUT", f"/channels/{channels[name]}/position", {"number": number})
    return people, channels


async def say(people: dict[str, Person], channel: str, lines: tuple[tuple[str, str], ...]) -> None:
    for name, text in lines:
        await people[name].post(channel, text)


async def take(browser: Browser, shot: Shot, viewer: Person, path: str, out: Path) -> None:
    context = await browser.new_context(
        base_url=viewer.origin,
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=shot.scale,
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale=shot.locale,
        timezone_id="Europe/Berlin",
    )
    cookies: list[Any] = [{"name": n, "value": v, "url": viewer.origin} for n, v in viewer.http.cookies.items()]
    cookies.append({"name": "layout", "value": shot.layout, "url": viewer.origin})
    await context.add_cookies(cookies if shot.logged_in else cookies[-1:])
    page = await context.new_page()
    await page.goto(path, wait_until="networkidle")
    if shot.act is not None:
        await shot.act(page)
    await page.screenshot(path=out / f"{shot.name}.png", animations="disabled")
    await context.close()
    print(out / f"{shot.name}.png", flush=True)


def draw_sheets(out: Path, shots: Sequence[Shot]) -> None:
    """The pictures of a page beside each other, half as large: what differs between them is seen at once."""
    for sheet in dict.fromkeys(shot.sheet for shot in shots if shot.sheet):
        pictures = [Image.open(out / f"{shot.name}.png") for shot in shots if shot.sheet == sheet]
        halves = [picture.resize((picture.width // 2, picture.height // 2)) for picture in pictures]
        rows = [halves[start : start + 4] for start in range(0, len(halves), 4)]
        size = max(sum(each.width + 8 for each in row) for row in rows), sum(row[0].height + 8 for row in rows)
        drawn, top = Image.new("RGB", size, "#808080"), 0
        for row in rows:
            left = 0
            for each in row:
                drawn.paste(each, (left, top))
                left += each.width + 8
            top += row[0].height + 8
        drawn.save(out / f"sheet-{sheet}.png")


async def take_all(chromium: Path, out: Path, shots: Sequence[Shot]) -> None:
    settings = {"LIMITS__ENABLED": "false"}
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data", pages=True, settings=settings) as server,
    ):
        people, channels = await talk(server.url)
        if any(shot.page in (KITCHEN, "/threads") for shot in shots):
            channels[KITCHEN] = await people["Ana"].create_channel(KITCHEN, topic="Where the tea is")
            await people["Mei"].join(channels[KITCHEN])
            await show_parts(people, channels[KITCHEN])
        pages = {name: f"/c/{channel}" for name, channel in channels.items()}
        if any(shot.sheet for shot in shots):
            pages = await furnish(people, channels)
        environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": write_fonts(Path(folder))}
        async with async_playwright() as playwright:
            launch = playwright.chromium.launch
            browser = await launch(executable_path=chromium, args=ARGUMENTS, env=environment)
            for shot in shots:
                path = pages.get(shot.page, shot.page).format_map(pages) + shot.beside
                await take(browser, shot, people["Ana"], path, out)
            await browser.close()
        for person in people.values():
            await person.http.aclose()
    draw_sheets(out, shots)


def write_fonts(folder: Path) -> str:
    """A fontconfig file that puts the pictures' fonts before the machine's; its path."""
    path = folder / "fonts.conf"
    path.write_text(FONTS, encoding="utf-8")
    return str(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the README's screenshots.")
    parser.add_argument("--chromium", type=Path, default=Path("/usr/bin/chromium"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--work", action="store_true", help="the pictures to look at, not those of the README")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these pictures or sheets (default: all)")
    given = parser.parse_args()
    possible = (*WORK, *PAGES) if given.work else SHOTS
    shots = [shot for shot in possible if not given.names or {shot.name, shot.sheet} & set(given.names)]
    given.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_all(given.chromium, given.out, shots))


if __name__ == "__main__":
    main()
