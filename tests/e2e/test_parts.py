"""Every kind of message: posted as somebody would, seen by another in their own browser; and what surrounds one."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, Page, Route, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import Visitor, new_name
from tests.support.client import Person
from tests.support.files import bomb, picture, tone

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
FILM = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  const brush = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(15), { mimeType: "video/webm;codecs=vp8" });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.start();
  for (let frame = 0; frame < 12; frame++) {
    brush.fillStyle = `hsl(${frame * 30} 70% 50%)`;
    brush.fillRect(0, 0, 320, 180);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await new Promise((resolve) => { recorder.onstop = resolve; recorder.stop(); });
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


@dataclass(slots=True)
class Two:
    """One who posts and one who looks, in a channel of their own."""

    ana: Visitor
    bo: Visitor
    owner: Person
    channel: str

    def rows(self, visitor: Visitor) -> Locator:
        return visitor.history().locator("[data-row]")

    @property
    def box(self) -> Locator:
        return self.ana.page.get_by_role("textbox", name=re.compile("^Message to"))

    @property
    def send(self) -> Locator:
        return self.ana.page.get_by_role("button", name="Send", exact=True)

    async def attach(self, *files: FilePayload) -> None:
        await self.ana.page.get_by_test_id("files").set_input_files(list(files))


async def open_two(visit: Visit, newcomer: Newcomer, **options: object) -> Two:
    owner, guest = await newcomer("ana"), await newcomer("bo")
    channel = await owner.create_channel(new_name("parts"))
    await guest.join(channel)
    ana, bo = await visit(**options), await visit()
    for visitor, person in ((ana, owner), (bo, guest)):
        await visitor.enter_as(person)
        await visitor.arrive(f"/c/{channel}")
    return Two(ana, bo, owner, channel)


def payload(name: str, data: bytes, media_type: str) -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": data}


def photo(name: str = "tea.png", color: str = "teal") -> FilePayload:
    return payload(name, picture(640, 480, color=color), "image/png")


async def is_drawn(image: Locator) -> None:
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("complete", True)
    assert await image.evaluate("image => image.naturalWidth") > 0


async def test_a_photo_with_words_for_those_who_cannot_see_it(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    await two.attach(photo())
    await two.ana.page.get_by_role("button", name="Describe tea.png").click()
    await two.ana.page.get_by_label("What is to be seen on tea.png?").fill("A cup of tea")
    await two.box.fill("Look")
    await two.send.click()
    image = two.rows(two.bo).get_by_role("img", name="A cup of tea")
    await is_drawn(image)
    assert await image.evaluate("image => [image.width, image.height]") == [380, 285]
    await expect(two.bo.message("Look")).to_be_visible()
    await expect(two.ana.page.get_by_role("list", name=re.compile("for this message"))).to_have_count(0)


async def test_an_album_opens_large_and_is_walked_through_by_keyboard(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    await two.attach(photo("one.png"), photo("two.png", "crimson"), photo("three.png", "gold"))
    await two.box.press("Enter")
    album = two.rows(two.bo).get_by_role("group", name="3 photos")
    await expect(album.get_by_role("img")).to_have_count(3)
    page = two.bo.page
    await album.get_by_role("link", name="Photo one.png").click()
    large = page.get_by_role("dialog", name="Photo one.png")
    await expect(large.get_by_text("1 of 3")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("dialog", name="Photo two.png").get_by_text("2 of 3")).to_be_visible()
    await page.keyboard.press("+")
    await expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="Download the photo").click()
    assert (await saving.value).suggested_filename.startswith("two")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_file_keeps_its_name_and_every_byte(visit: Visit, newcomer: Newcomer, tmp_path: Path) -> None:
    two = await open_two(visit, newcomer)
    data = bytes(range(256)) * 40
    await two.attach(payload("会议 notes (1).bin", data, "application/octet-stream"))
    await two.send.click()
    card = two.rows(two.bo).get_by_role("link", name=re.compile(r"Download 会议 notes \(1\)\.bin, 10 kB"))
    async with two.bo.page.expect_download() as saving:
        await card.click()
    download = await saving.value
    assert download.suggested_filename == "会议 notes (1).bin"
    await download.save_as(kept := tmp_path / "kept")
    assert kept.read_bytes() == data


async def test_a_video_has_a_picture_and_plays(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    film = base64.b64decode(await two.ana.page.evaluate(FILM))
    await two.attach(payload("tea.webm", film, "video/webm"))
    await two.send.click()
    video = two.rows(two.bo).get_by_label("Video tea.webm")
    await expect(video).to_have_attribute("poster", re.compile("^/files/"))
    assert await video.evaluate("video => [video.width, video.height]") == [320, 180]
    await video.evaluate("video => video.play()")
    await two.bo.page.wait_for_function("() => document.querySelector('video').currentTime > 0")


async def test_a_sound_plays_from_where_one_wants(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    await two.attach(payload("kettle.wav", tone(3), "audio/wav"))
    await two.send.click()
    sound = two.rows(two.bo).get_by_role("group", name="kettle.wav")
    await expect(sound.get_by_text("0:03")).to_be_visible()
    await sound.get_by_role("button", name="Speed: 1").click()
    await expect(sound.get_by_role("button", name="Speed: 1.5")).to_be_visible()
    await sound.get_by_role("slider", name="Position").focus()
    await two.bo.page.keyboard.press("ArrowRight")
    await sound.get_by_role("button", name="Play: kettle.wav").click()
    await expect(sound.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("0:0[1-3] of 0:03"))


async def test_a_voice_is_recorded_and_heard(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer, permissions=["microphone"])
    page = two.ana.page
    await page.get_by_role("button", name="Record a voice message").click()
    recording = page.get_by_role("group", name="Recording")
    await expect(recording.get_by_role("timer")).to_have_text("0:01")
    await recording.get_by_role("button", name="Finish the recording").click()
    await expect(page.get_by_text("Voice message")).to_be_visible()
    await two.send.click()
    voice = two.rows(two.bo).get_by_role("group", name="Voice message")
    await expect(voice.locator("svg rect")).to_have_count(40)
    await voice.get_by_role("button", name="Play: Voice message").click()
    await expect(voice.get_by_role("slider")).not_to_have_value("0")


async def test_a_recording_that_is_discarded_leaves_nothing(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer, permissions=["microphone"])
    await two.ana.page.get_by_role("button", name="Record a voice message").click()
    await expect(two.ana.page.get_by_role("group", name="Recording")).to_be_visible()
    await two.ana.page.keyboard.press("Escape")
    await expect(two.box).to_be_visible()
    await expect(two.ana.page.get_by_role("list", name=re.compile("for this message"))).to_have_count(0)


async def test_a_place_is_shared_and_leads_to_a_map(visit: Visit, newcomer: Newcomer) -> None:
    here = {"latitude": 52.5163, "longitude": 13.3777}
    two = await open_two(visit, newcomer, geolocation=here, permissions=["geolocation"])
    page = two.ana.page
    await page.get_by_role("button", name="Add to the message").click()
    await page.get_by_role("menuitem", name="Place").click()
    dialog = page.get_by_role("dialog", name="Share a place")
    await dialog.get_by_role("button", name="Use where I am").click()
    await expect(dialog.get_by_label("Latitude, longitude")).to_have_value("52.51630, 13.37770")
    await dialog.get_by_label(re.compile("^Name")).fill("The gate")
    await dialog.get_by_role("button", name="Send").click()
    place = two.rows(two.bo).get_by_role("link", name="Open a map: The gate")
    await expect(place).to_contain_text("52.5163° N, 13.3777° E")
    await expect(place).to_have_attribute("href", re.compile(r"openstreetmap\.org/\?mlat=52\.51630&mlon=13\.37770"))


async def test_a_meeting_has_a_subject_people_and_a_way_in(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    page = two.ana.page
    await page.get_by_role("button", name="Add to the message").press("Enter")
    await page.get_by_role("menuitem", name="Meeting").press("Enter")
    dialog = page.get_by_role("dialog", name="Propose a meeting")
    await dialog.get_by_label("Subject").fill("Tea and the next release")
    await dialog.get_by_label(re.compile("^Link to join")).fill("meet.example.com/tea")
    await dialog.get_by_role("checkbox", name=two.bo.name).check()
    await dialog.get_by_label("Subject").press("Enter")
    card = two.rows(two.bo).get_by_role("region", name="Meeting: Tea and the next release")
    await expect(card.get_by_text(f"With {two.bo.name}")).to_be_attached()
    await expect(card.get_by_role("link", name="Join")).to_have_attribute("href", "https://meet.example.com/tea")


async def test_files_are_dropped_and_pasted(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    make = """(type) => {
      const bring = new DataTransfer();
      bring.items.add(new File(["hello"], `${type}.txt`, { type: "text/plain" }));
      const at = type === "paste" ? document.querySelector("#compose") : window;
      if (type === "paste") at.dispatchEvent(new ClipboardEvent(type, { clipboardData: bring, bubbles: true }));
      else for (const name of ["dragenter", "dragover", "drop"])
        at.dispatchEvent(new DragEvent(name, { dataTransfer: bring, cancelable: true }));
    }"""
    for way in ("drop", "paste"):
        await two.ana.page.evaluate(make, way)
        await expect(two.ana.page.get_by_role("button", name=f"Remove {way}.txt")).to_be_visible()
    await two.ana.page.get_by_role("button", name="Move paste.txt forward").click()
    await two.send.click()
    cards = two.rows(two.bo).get_by_role("link", name=re.compile("^Download "))
    await expect(cards).to_have_count(2)
    assert await cards.nth(0).get_attribute("download") == "paste.txt"


async def test_an_upload_goes_on_after_a_cut_and_after_a_reload(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer, expect_trouble=True)
    page, offsets = two.ana.page, list[str]()
    size = (4 << 20) * 2 + 7

    async def cut(route: Route) -> None:
        if route.request.method != "PATCH":
            return await route.fallback()
        offsets.append(route.request.headers["upload-offset"])
        return await (route.continue_() if len(offsets) == 1 else route.abort())

    await page.route("**/api/files/*", cut)
    await two.attach(payload("large.bin", b"\7" * size, "application/octet-stream"))
    await two.box.fill("Here it is")
    await page.wait_for_function("() => document.querySelector('[role=progressbar]')?.ariaValueNow >= 49")

    later: list[str] = []
    page.on("request", lambda sent: later.append(sent.headers["upload-offset"]) if sent.method == "PATCH" else None)
    await page.unroute("**/api/files/*")
    await page.reload()
    await expect(two.box).to_have_value("Here it is")
    await two.send.click()
    await expect(two.rows(two.bo).get_by_role("link", name="Download large.bin, 8.4 MB")).to_be_visible()
    assert later
    assert min(map(int, later)) >= 4 << 20  # what had arrived is not sent again


async def test_a_refused_file_says_why_and_can_be_taken_out(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer, expect_trouble=True)
    await two.attach(payload("bomb.png", bomb(), "image/png"), photo())
    alert = two.ana.page.get_by_role("alert").filter(has_text="more pixels than this server accepts")
    await expect(alert).to_be_visible()
    await two.send.click()
    await expect(two.ana.page.get_by_text("One of the files is not uploaded.")).to_be_visible()
    await two.ana.page.get_by_role("button", name="Remove bomb.png").click()
    await two.send.click()
    await is_drawn(two.rows(two.bo).get_by_role("img", name="Photo tea.png"))


async def test_an_answer_quotes_and_leads_to_what_it_answers(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    await two.owner.post(two.channel, "When is the tea?")
    for number in range(30):
        await two.owner.post(two.channel, f"Something else {number}")
    row = two.ana.history().locator("[data-row]", has_text="When is the tea?").first
    await row.scroll_into_view_if_needed()
    await row.focus()
    await two.ana.page.keyboard.press("r")
    await expect(two.box).to_be_focused()
    await expect(two.ana.page.get_by_role("button", name="Do not reply")).to_be_visible()
    await two.ana.page.keyboard.type("At four")
    await two.ana.page.keyboard.press("Enter")
    answer = two.bo.history().locator("[data-row]", has_text="At four")
    quote = answer.get_by_role("link", name=re.compile(f"In reply to.*{two.owner.name}.*When is the tea\\?"))
    await quote.click()
    first = two.bo.page.locator("#m1")
    await expect(first).to_be_in_viewport()
    await expect(first).to_be_focused()
    await two.owner.api("DELETE", f"/channels/{two.channel}/messages/1")
    await expect(answer.get_by_text("The message this answers was deleted.")).to_be_attached()


async def test_a_message_is_forwarded_with_its_parts_by_keyboard(visit: Visit, newcomer: Newcomer) -> None:
    two = await open_two(visit, newcomer)
    target = new_name("target")
    other = await two.owner.create_channel(target)
    await two.attach(photo())
    await two.send.click()
    row = two.rows(two.ana).filter(has=two.ana.page.get_by_role("img", name="Photo tea.png"))
    # The one that was sent, not the one that waits: that leaves, and takes the focus along.
    await expect(row).to_have_attribute("id", re.compile("^m[0-9]"))
    await row.focus()
    await two.ana.page.keyboard.press("f")
    dialog = two.ana.page.get_by_role("dialog", name="Forward to")
    await dialog.get_by_role("searchbox").fill(target)
    await dialog.get_by_role("searchbox").press("Enter")
    await expect(two.ana.page.get_by_text(f"Forwarded to {target}")).to_be_visible()
    await two.ana.page.goto(f"/c/{other}")
    await expect(two.ana.history().get_by_text(f"Forwarded from {two.owner.name}")).to_be_visible()
    await is_drawn(two.ana.history().get_by_role("img", name="Photo tea.png"))


async def violations(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document.querySelector('#main'))")
    return [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_parts_and_tray_have_no_violation(visit: Visit, newcomer: Newcomer, scheme: str) -> None:
    two = await open_two(visit, newcomer, color_scheme=scheme, permissions=["microphone"])
    for files in ((photo(), photo("two.png")), (payload("a.bin", b"x", ""), payload("b.wav", tone(1), "audio/wav"))):
        await two.attach(*files)
        await two.send.click()
        await expect(two.ana.page.get_by_role("list", name=re.compile("for this message"))).to_have_count(0)
    place = {"kind": "location", "latitude": 1, "longitude": 2}
    meeting = {"kind": "meeting", "subject": "Tea", "url": "https://example.com/"}
    body = {"text": "Both", "parts": [place, meeting], "reply": 1}
    await two.owner.api("POST", f"/channels/{two.channel}/messages", body)
    await expect(two.ana.message("Both")).to_be_visible()
    await two.attach(photo("last.png"))
    await expect(two.ana.page.get_by_role("button", name="Describe last.png")).to_be_visible()
    assert await violations(two.ana.page) == []
