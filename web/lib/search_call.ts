/** How a part of the page asks for the search box of another: by an event, so that neither has to know the other. */

const NAME = "hubbub:search";

/** Asks whoever shows a search box to begin with `query`; false when there is none to be seen. */
export function callForSearch(query: string): boolean {
  return !window.dispatchEvent(new CustomEvent(NAME, { detail: query, cancelable: true }));
}

/** `answer` says whether it could do it. Returns how to stop listening. */
export function onSearchCall(answer: (query: string) => boolean): () => void {
  const listen = (event: Event) => {
    if (!event.defaultPrevented && answer(String((event as CustomEvent).detail))) event.preventDefault();
  };
  window.addEventListener(NAME, listen);
  return () => window.removeEventListener(NAME, listen);
}
