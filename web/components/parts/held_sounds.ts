/**
 * Sounds that play on while their message is not drawn. A player's element is put into its row by hand; when the row leaves
 * a list that is drawn in part, an element that plays is held elsewhere in the page, for a browser ends what is taken out
 * of it. The row that comes back takes it again.
 */

const HOLDER = "held-sounds";

/** The element for a file: the one that plays it, or a new one. */
export function takeSound(address: string): HTMLAudioElement {
  for (const held of document.querySelectorAll<HTMLAudioElement>(`#${HOLDER} > audio`)) {
    if (held.dataset.address === address) return held;
  }
  const sound = document.createElement("audio");
  sound.preload = "none";
  sound.dataset.address = address;
  sound.src = address;
  return sound;
}

/** Its row leaves: what plays is held, everything else goes. */
export function leaveSound(sound: HTMLAudioElement): void {
  if (sound.paused) return sound.remove();
  holder().append(sound);
  sound.addEventListener("pause", () => sound.parentElement?.id === HOLDER && sound.remove(), { once: true });
}

/** The room is left, where one could stop them. */
export function stopHeldSounds(): void {
  for (const held of document.querySelectorAll<HTMLAudioElement>(`#${HOLDER} > audio`)) held.pause();
}

function holder(): HTMLElement {
  const there = document.getElementById(HOLDER);
  if (there) return there;
  const made = document.createElement("div");
  made.id = HOLDER;
  made.hidden = true;
  return document.body.appendChild(made);
}
