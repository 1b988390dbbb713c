/** How a part of the page asks for the quick switcher: by an event, so that neither has to know the other. */

const NAME = "hubbub:switcher";

export function callSwitcher(): void {
  window.dispatchEvent(new Event(NAME));
}

/** Returns how to stop listening. */
export function onSwitcherCall(answer: () => void): () => void {
  window.addEventListener(NAME, answer);
  return () => window.removeEventListener(NAME, answer);
}
