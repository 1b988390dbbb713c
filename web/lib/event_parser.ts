/** Server-sent events from their text (WHATWG HTML, section 9.2.6), as far as they are used here: no ids, no retry. */

export interface ServerEvent {
  /** `message` where none was given. */
  name: string;
  data: string;
}

export class EventParser {
  readonly #onEvent: (event: ServerEvent) => void;
  #rest = "";
  #name = "";
  #data: string[] = [];

  constructor(onEvent: (event: ServerEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Takes the next part of the text, wherever it was cut. */
  feed(text: string): void {
    // A carriage return at the very end may be half of a line's end.
    const all = this.#rest + text;
    const whole = all.endsWith("\r") ? all.slice(0, -1) : all;
    const lines = whole.split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? "") + all.slice(whole.length);
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
  }

  #dispatch(): void {
    const event = { name: this.#name || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#name = "";
    this.#data = [];
    if (!empty) this.#onEvent(event);
  }
}
