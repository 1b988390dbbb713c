/** What a key means in the compose box. An input method's own Enter never sends. Pure. */

export interface KeyPress {
  key: string;
  keyCode: number;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
  timeStamp: number;
}

export interface ComposeState {
  text: string;
  editing: boolean;
  /** When the last composition ended (an event's timeStamp); Safari sends its Enter right after, not composing. */
  compositionEndedAt: number;
  /** Phones have no Shift+Enter at hand: there Enter breaks the line and the button sends. */
  touch: boolean;
}

export type ComposeAction = "send" | "edit-last" | "cancel" | "none";

/** The keyCode browsers give to keys an input method takes (UI Events, section 7.3.1). */
const PROCESS_KEY = 229;
/** Safari's Enter comes within a few milliseconds of the end; a person's next one does not. */
const SAFARI_MS = 60;

export function composeAction(press: KeyPress, state: ComposeState): ComposeAction {
  if (press.isComposing || press.keyCode === PROCESS_KEY || press.key === "Process") return "none";
  switch (press.key) {
    case "Enter":
      return enterAction(press, state);
    case "ArrowUp":
      return state.text === "" && !state.editing && !hasModifier(press) ? "edit-last" : "none";
    case "Escape":
      return state.editing ? "cancel" : "none";
    default:
      return "none";
  }
}

function enterAction(press: KeyPress, state: ComposeState): ComposeAction {
  if (press.timeStamp - state.compositionEndedAt < SAFARI_MS) return "none";
  if (press.ctrlKey || press.metaKey) return "send";
  if (press.shiftKey || press.altKey || state.touch) return "none";
  return "send";
}

function hasModifier(press: KeyPress): boolean {
  return press.shiftKey || press.altKey || press.ctrlKey || press.metaKey;
}
