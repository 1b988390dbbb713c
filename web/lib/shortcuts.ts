/** What the keyboard does, in the order in which it is told. Names are those of `messages/*.json`, under `shortcuts`. */

/** A key as it is told: `mod` is Ctrl, or Cmd on a Mac; `alt` is Option there. */
export type Key = string;

export interface Shortcut {
  name: ShortcutName;
  /** One or the other of these; the keys of one are pressed together. */
  keys: readonly (readonly Key[])[];
  /** A character alone: these can be switched off (WCAG 2.2, 2.1.4). */
  single?: true;
}

export const SHORTCUT_GROUPS = ["everywhere", "messages", "writing", "pictures"] as const;
export type ShortcutGroup = (typeof SHORTCUT_GROUPS)[number];

export type ShortcutName =
  | "switcher"
  | "search"
  | "next"
  | "nextUnread"
  | "shortcuts"
  | "escape"
  | "walk"
  | "act"
  | "reply"
  | "forward"
  | "edit"
  | "menu"
  | "send"
  | "break"
  | "editLast"
  | "complete"
  | "take"
  | "leave"
  | "turn"
  | "zoom";

export const SHORTCUTS: Record<ShortcutGroup, readonly Shortcut[]> = {
  everywhere: [
    { name: "switcher", keys: [["mod", "K"]] },
    { name: "search", keys: [["/"]], single: true },
    {
      name: "next",
      keys: [
        ["alt", "↑"],
        ["alt", "↓"],
      ],
    },
    {
      name: "nextUnread",
      keys: [
        ["alt", "shift", "↑"],
        ["alt", "shift", "↓"],
      ],
    },
    { name: "shortcuts", keys: [["?"]], single: true },
    { name: "escape", keys: [["Esc"]] },
  ],
  messages: [
    { name: "walk", keys: [["↑"], ["↓"]] },
    { name: "act", keys: [["Tab"]] },
    { name: "reply", keys: [["R"]] },
    { name: "forward", keys: [["F"]] },
    { name: "edit", keys: [["E"]] },
    { name: "menu", keys: [["shift", "F10"]] },
  ],
  writing: [
    { name: "send", keys: [["Enter"], ["mod", "Enter"]] },
    { name: "break", keys: [["shift", "Enter"]] },
    { name: "editLast", keys: [["↑"]] },
    { name: "complete", keys: [["@"], ["#"], [":"], ["/"]] },
    { name: "take", keys: [["Tab"], ["Enter"]] },
    { name: "leave", keys: [["Esc"]] },
  ],
  pictures: [
    { name: "turn", keys: [["←"], ["→"]] },
    { name: "zoom", keys: [["+"], ["-"], ["0"]] },
  ],
};

/** What somebody has pressed that works everywhere; undefined for everything else. */
export type GlobalKey = "switcher" | "shortcuts" | "search" | Step;

/** To the row of the list before or after the open one; only to those with something unread. */
export interface Step {
  by: 1 | -1;
  unread: boolean;
}

export interface Press {
  key: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
}

/**
 * `writing`: the focus is in a field; `opens`: on something that opens by an arrow; `singles`: characters alone may mean
 * something; `mac`: Option with an arrow goes by paragraphs there, and Control is for what one writes.
 */
export interface Where {
  writing: boolean;
  singles: boolean;
  opens?: boolean;
  mac?: boolean;
}

export function globalKey(press: Press, where: Where): GlobalKey | undefined {
  const { writing, singles, opens = false, mac = false } = where;
  const { key, altKey, ctrlKey, metaKey, shiftKey, isComposing } = press;
  if (isComposing) return undefined;
  if (key.toLowerCase() === "k" && ctrlKey !== metaKey && !altKey && !shiftKey)
    return mac && writing && ctrlKey ? undefined : "switcher";
  if (ctrlKey || metaKey) return undefined;
  if (altKey) {
    if (opens || (mac && writing)) return undefined;
    const by = ({ ArrowUp: -1, ArrowDown: 1 } as const)[key as "ArrowUp" | "ArrowDown"];
    return by && { by, unread: shiftKey };
  }
  if (writing || !singles) return undefined;
  // Chinese keyboards write the marks of their own width.
  if (key === "?" || key === "？") return "shortcuts";
  if (key === "/") return "search";
  return undefined;
}

export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

/** Whether an arrow opens what has the focus: a list, a calendar, a menu. */
export function opensByArrow(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches(
      'select, input:not([type="text"], [type="search"], :not([type])), [aria-haspopup], [role="combobox"]',
    )
  );
}

export function isMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.platform);
}

/** What a pressed key may mean where the focus is. */
export function whereOf(target: EventTarget | null): Where {
  return { writing: isWriting(target), opens: opensByArrow(target), singles: singleKeys(), mac: isMac() };
}

/** Whether characters alone may mean something; a choice in the settings, kept on the root element. */
export function singleKeys(): boolean {
  return document.documentElement.dataset.keys !== "off";
}
