/** What was begun and not sent, kept per channel for this window; gone with it. */

const PREFIX = "draft ";
const LONGEST = 20_000;

export function recallDraft(channel: string): string {
  try {
    return sessionStorage.getItem(PREFIX + channel) ?? "";
  } catch {
    return ""; // storage is off
  }
}

export function keepDraft(channel: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(PREFIX + channel, text.slice(0, LONGEST));
    else sessionStorage.removeItem(PREFIX + channel);
  } catch {
    // Storage is off or full: a draft is not worth an error.
  }
}

export function forgetDraft(channel: string): void {
  keepDraft(channel, "");
}
