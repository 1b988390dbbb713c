"""Writing a message: names, emoji and commands come by keyboard, an input method is left alone, drafts stay."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import Newcomer, Visit
from tests.e2e.visitor import Visitor, new_name

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


async def writer(visit: Visit, stem: str, **options: object) -> Visitor:
    """Somebody in general, with the focus in the compose box."""
    visitor = await visit(**options)
    await visitor.register(stem)
    await visitor.open_channel("general")
    await visitor.wait_until_alive()
    await visitor.composer("general").focus()
    return visitor


def suggestions(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions")


async def test_a_name_is_completed_by_keyboard_alone(visit: Visit, newcomer: Newcomer) -> None:
    person = await newcomer("quentin")
    visitor = await writer(visit, "completer")
    await visitor.page.keyboard.type(f"Ask @{person.name[:6]}")
    option = suggestions(visitor.page).get_by_role("option", name=person.name)
    await expect(option).to_have_attribute("aria-selected", "true")
    active = await visitor.composer("general").get_attribute("aria-activedescendant")
    assert await option.get_attribute("id") == active
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.composer("general")).to_have_value(f"Ask @{person.name} ")
    await expect(suggestions(visitor.page)).to_have_count(0)


async def test_a_chinese_name_is_found_by_its_sound_and_by_initials(visit: Visit, newcomer: Newcomer) -> None:
    person = await newcomer("欧阳小明")
    visitor = await writer(visit, "pinyin")
    await expect(visitor.page.get_by_text(re.compile("^online$"))).to_be_visible()
    for letters in ("ouyang", "oyxm"):
        await visitor.composer("general").fill("")
        await visitor.page.keyboard.type(f"@{letters}")
        await suggestions(visitor.page).get_by_role("option", name=person.name).click()
        await expect(visitor.composer("general")).to_have_value(f"@{person.name} ")


async def test_a_channel_is_completed_and_escape_leaves_what_was_typed(visit: Visit, newcomer: Newcomer) -> None:
    person = await newcomer("maker")
    name = new_name("zebra")
    await person.create_channel(name, topic="Stripes")
    visitor = await writer(visit, "hash")
    await visitor.page.keyboard.type("see #zeb")
    await expect(suggestions(visitor.page).get_by_role("option", name=re.compile(f"{name}.*Stripes"))).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(suggestions(visitor.page)).to_have_count(0)
    await expect(visitor.composer("general")).to_have_value("see #zeb")
    await visitor.page.keyboard.type("r")
    await visitor.page.keyboard.press("Tab")
    await expect(visitor.composer("general")).to_have_value(f"see #{name} ")


async def test_an_emoji_comes_by_its_name(visit: Visit) -> None:
    visitor = await writer(visit, "smiley")
    await visitor.page.keyboard.type(":tad")
    await expect(suggestions(visitor.page).get_by_role("option", name=":tada:")).to_be_visible()
    await visitor.page.keyboard.type("a:")
    await expect(visitor.composer("general")).to_have_value("🎉")


async def test_commands_are_offered_explained_and_carried_out(visit: Visit, newcomer: Newcomer) -> None:
    visitor = await writer(visit, "commander")
    me, guest = await visitor.person(), await newcomer("invited")
    channel = await me.create_channel(new_name("orders"))
    await visitor.arrive(f"/c/{channel}")
    box = visitor.page.get_by_role("textbox", name=re.compile("^Message to"))
    await box.focus()
    await visitor.page.keyboard.type("/to")
    await expect(suggestions(visitor.page).get_by_role("option", name=re.compile("Sets the topic"))).to_be_visible()
    await visitor.page.keyboard.press("Enter")
    await visitor.page.keyboard.type("Tea at four")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_text(f"{visitor.name} set the topic: Tea at four")).to_be_visible()
    await box.fill(f"/invite @{guest.name}")
    # Offered or not: what is written out is not in want of a second Enter.
    await expect(suggestions(visitor.page).get_by_role("option", name=guest.name)).to_be_visible()
    await box.press("Enter")
    await expect(visitor.page.get_by_text(f"{visitor.name} added {guest.name}")).to_be_visible()
    await box.fill("/me waves")
    await box.press("Enter")
    await expect(visitor.history().locator("em", has_text="waves")).to_be_visible()
    await box.fill("/dance")
    await box.press("Enter")
    await expect(visitor.page.get_by_text("There is no such command.")).to_be_visible()
    await expect(box).to_have_value("/dance")


async def test_an_input_methods_enter_and_arrows_belong_to_it(visit: Visit) -> None:
    """The events a browser sends while one chooses characters: a CompositionEvent, its keys, its end, then Enter."""
    visitor = await writer(visit, "composition")
    box = visitor.composer("general")
    text = f"你好 {visitor.name}"
    await box.evaluate(
        """(box, text) => {
          const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
          const key = (name, options) => box.dispatchEvent(
            new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...options }));
          const write = (value, composing) => {
            set.call(box, value);
            box.dispatchEvent(new InputEvent("input", {
              data: value, inputType: "insertCompositionText", isComposing: composing, bubbles: true }));
          };
          box.dispatchEvent(new CompositionEvent("compositionstart", { data: "", bubbles: true }));
          for (const part of ["n", "ni", "ni h", "ni hao"]) {
            box.dispatchEvent(new CompositionEvent("compositionupdate", { data: part, bubbles: true }));
            write(part, true);
          }
          window.taken = [
            key("ArrowDown", { isComposing: true, keyCode: 229 }),
            key("Enter", { isComposing: true, keyCode: 13 }),
            key("Enter", { isComposing: false, keyCode: 229 }),
          ];
          write(text, true);
          box.dispatchEvent(new CompositionEvent("compositionend", { data: text, bubbles: true }));
          window.taken.push(key("Enter", { keyCode: 13 }));  // Safari's, right behind the end
        }""",
        text,
    )
    # Nothing kept the input method from its keys, and nothing was sent.
    assert await visitor.page.evaluate("window.taken.slice(0, 3)") == [True, True, True]
    await expect(box).to_have_value(re.compile(f"^{re.escape(text)}"))
    await expect(visitor.message(text)).to_have_count(0)
    ended = await visitor.page.evaluate("performance.now()")
    await visitor.page.wait_for_function("ended => performance.now() > ended + 200", arg=ended)
    await box.press("Enter")
    await expect(visitor.message(text)).to_be_visible()


async def test_the_box_grows_to_eight_lines_and_then_scrolls(visit: Visit) -> None:
    visitor = await writer(visit, "grower")
    box = visitor.composer("general")

    async def height(lines: int) -> float:
        await box.fill("\n".join(f"line {number}" for number in range(lines)))
        return float(await box.evaluate("box => box.getBoundingClientRect().height"))

    one, four, eight, twenty = [await height(lines) for lines in (1, 4, 8, 20)]
    assert one < four < eight
    assert twenty - eight < (eight - four) / 2, (one, four, eight, twenty)
    assert await box.evaluate("box => box.scrollHeight > box.clientHeight")


async def test_the_limit_is_told_before_it_is_reached(visit: Visit) -> None:
    visitor = await writer(visit, "limited")
    limit = (await (await visitor.person()).snapshot())["limits"]["text_characters"]
    await visitor.composer("general").fill("茶" * (limit - 3))
    await expect(visitor.page.get_by_text("3 characters left")).to_be_visible()
    await visitor.composer("general").fill("茶" * (limit + 1))
    await expect(visitor.page.get_by_text("1 character too many")).to_be_visible()


async def test_a_draft_stays_in_its_channel_over_a_reload(visit: Visit) -> None:
    visitor = await writer(visit, "drafter")
    channel = await (await visitor.person()).create_channel(new_name("elsewhere"))
    await visitor.composer("general").fill("half a thought")
    await visitor.arrive(f"/c/{channel}")
    await expect(visitor.page.get_by_role("textbox", name=re.compile("^Message to"))).to_have_value("")
    await visitor.open_channel("general")
    await expect(visitor.composer("general")).to_have_value("half a thought")
    await visitor.page.reload()
    await expect(visitor.composer("general")).to_have_value("half a thought")


async def test_arrow_up_edits_the_last_and_escape_brings_the_draft_back(visit: Visit) -> None:
    visitor = await writer(visit, "editor")
    await visitor.say(f"first of {visitor.name}", "general")
    await expect(visitor.message(f"first of {visitor.name}")).to_be_visible()
    box = visitor.composer("general")
    await expect(box).to_have_value("")
    # What is still on its way cannot be edited yet.
    await expect(visitor.page.get_by_text("Waiting to be sent")).to_have_count(0)
    await box.press("ArrowUp")
    await expect(box).to_have_value(f"first of {visitor.name}")
    await box.press("Escape")
    await expect(box).to_have_value("")


async def test_code_is_shown_as_it_will_look(visit: Visit) -> None:
    visitor = await writer(visit, "coder")
    await visitor.composer("general").fill("```py\nprint(1)\n```")
    await expect(visitor.page.get_by_role("region", name="How it will look").locator("pre")).to_have_text("print(1)")


async def test_the_compose_box_with_suggestions_has_no_violation(visit: Visit) -> None:
    visitor = await writer(visit, "axe")
    await visitor.page.keyboard.type("/")
    await expect(suggestions(visitor.page)).to_be_visible()
    await visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await visitor.page.evaluate("axe.run(document.querySelector('.dock'))")
    assert [each["id"] for each in found["violations"]] == []
