// @vitest-environment jsdom

import { act } from "react";
import { createRoot } from "react-dom/client";
import { NextIntlClientProvider } from "next-intl";
import { beforeEach, expect, test, vi } from "vitest";

import { AudioPlayer } from "@/components/parts/audio_player";
import { stopHeldSounds } from "@/components/parts/held_sounds";
import type { PartOf } from "@/lib/parts";
import messages from "@/messages/en.json";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

const VOICE: PartOf<"voice"> = {
  kind: "voice",
  file: "F1",
  name: "voice.ogg",
  media_type: "audio/ogg",
  size: 9,
  duration: 4000,
};
const all = () => document.querySelectorAll("audio");
const playing = new WeakSet<object>();

// jsdom plays nothing; a browser ends what is not in the page when the task is over.
beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, "paused", "get").mockImplementation(function (this: object) {
    return !playing.has(this);
  });
  vi.spyOn(HTMLMediaElement.prototype, "play").mockImplementation(async function (this: HTMLMediaElement) {
    playing.add(this);
    for (const type of ["play", "playing"]) this.dispatchEvent(new Event(type));
  });
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockImplementation(function (this: HTMLMediaElement) {
    if (playing.delete(this)) this.dispatchEvent(new Event("pause"));
  });
});

function open() {
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  const show = (drawn: boolean) =>
    act(() =>
      root.render(
        <NextIntlClientProvider locale="en" messages={messages} timeZone="UTC">
          {drawn && <AudioPlayer part={VOICE} />}
        </NextIntlClientProvider>,
      ),
    );
  show(true);
  return { show, press: () => act(() => document.querySelector<HTMLButtonElement>(".sound-button")?.click()) };
}

test("a voice plays on while its row is not drawn, and the row that comes back is its player", () => {
  const { show, press } = open();
  const [sound] = all();
  press();
  show(false);
  expect(sound && [sound.isConnected, sound.paused]).toEqual([true, false]);
  show(true);
  expect([...all()]).toEqual([sound]);
  expect(document.querySelector(".sound-button")?.getAttribute("aria-label")).toMatch(/^Pause/);
  press();
  expect(sound?.paused).toBe(true);
  show(false);
  expect(all()).toHaveLength(0);
});

test("with the room the sound ends", () => {
  const { show, press } = open();
  press();
  show(false);
  stopHeldSounds();
  expect(all()).toHaveLength(0);
});
