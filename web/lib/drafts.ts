/** What was begun and not sent: kept in this browser for each user and channel, until it is sent or they log out. */

const PREFIX = "draft ";
const LONGEST = 20_000;

export function recallDraft(user: string, channel: string): string {
  try {
    return localStorage.getItem(nameOf(user, channel)) ?? "";
  } catch {
    return ""; // storage is off
  }
}

export function keepDraft(user: string, channel: string, text: string): void {
  try {
    if (text) localStorage.setItem(nameOf(user, channel), text.slice(0, LONGEST));
    else localStorage.removeItem(nameOf(user, channel));
  } catch {
    // Storage is off or full: a draft is not worth an error.
  }
}

export function forgetDraft(user: string, channel: string): void {
  keepDraft(user, channel, "");
}

export function forgetDrafts(user: string): void {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(nameOf(user, ""))) localStorage.removeItem(name);
    }
  } catch {
    // Storage is off: there are none.
  }
}

function nameOf(user: string, channel: string): string {
  return `${PREFIX}${user} ${channel}`;
}
