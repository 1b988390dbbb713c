"""Takes `docs/images/room.png` from the product: a real server, people who talk over its API, a real browser.

python -m tools.take_screenshot
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from tests.support.server import Server

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "images" / "room.png"
CHROMIUM = os.environ.get("HUBBUB_TEST_CHROMIUM", "/usr/bin/chromium")
PASSWORD = "a picture says more"

TALK = (
    ("林小雨", "早上好！昨晚的备份跑完了，`hubbub verify` 没有发现任何问题。", "🎉"),
    ("Kofi", "Morning! I pulled the plug on the test machine eleven times. Nothing lost, nothing there twice.", "👏"),
    ("Ada", "Lovely. And where did the clients go on from?", ""),
    (
        "Kofi",
        "Each from its own number. This is all they send when they come back:\n"
        '```json\n{"type": "hello", "streams": {"channel:01JG…": 4711}}\n```',
        "",
    ),
    ("林小雨", "手机断网三分钟以后也接上了，没有重复，顺序也对。", "👍"),
    ("Grace", "Can I quote that in the release notes? **Every message is a page**, so there must be a link.", ""),
    ("Ada", "There is: the time beside it. It reads without JavaScript, too.", "❤️"),
)
ELSEWHERE = (("茶水间", "新到的龙井，自己拿 🍵"), ("design", "Dark mode is in."), ("design", "Look at the dividers!"))


@dataclass(slots=True)
class Speaker:
    """One person with a session of their own."""

    api: httpx.Client
    id: str

    def call(self, method: str, path: str, body: object = None) -> dict[str, object]:
        answer = self.api.request(method, path, json=body)
        answer.raise_for_status()
        told: dict[str, object] = answer.json()
        return told


def arrive(url: str, name: str) -> Speaker:
    api = httpx.Client(base_url=url, trust_env=False)
    answer = api.post("/api/accounts", json={"name": name, "password": PASSWORD})
    answer.raise_for_status()
    return Speaker(api, answer.json()["id"])


def talk(url: str) -> str:
    """Fills the server; returns the channel to show. Ada is the first, so the server is hers."""
    people = {name: arrive(url, name) for name in ("Ada", "林小雨", "Kofi", "Grace")}
    ada = people["Ada"]
    general = ada.api.get("/api/channels").json()["channels"][0]["channel"]["id"]
    ada.call("PATCH", f"/api/channels/{general}", {"topic": "Everything and everyone · 大家都在"})
    for number, (name, text, emoji) in enumerate(TALK, 1):
        people[name].call("POST", f"/api/channels/{general}/messages", {"text": text})
        if emoji:
            for other in ("Ada", "Grace"):
                people[other].call("PUT", f"/api/channels/{general}/messages/{number}/reactions/{emoji}")
    made: dict[str, str] = {}
    for name, text in ELSEWHERE:
        if name not in made:
            answer = ada.api.post("/api/channels", json={"name": name})
            made[name] = answer.json()["channel"]["id"]
            people["Grace"].call("PUT", f"/api/channels/{made[name]}/members/me")
        people["Grace"].call("POST", f"/api/channels/{made[name]}/messages", {"text": text})
    return str(general)


def picture(url: str, channel: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            base_url=url, viewport={"width": 1200, "height": 780}, device_scale_factor=2, locale="en-GB"
        )
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("Name", exact=True).fill("Ada")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.get_by_role("navigation", name="Channels").wait_for()
        page.get_by_role("navigation", name="Channels").get_by_role("link", name="general").click()
        page.get_by_text(TALK[-1][1]).last.wait_for()
        page.wait_for_load_state("networkidle")
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=TARGET, animations="disabled")
        browser.close()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data", pages=True) as server:
        picture(server.url, talk(server.url))
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
