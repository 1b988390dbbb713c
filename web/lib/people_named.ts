/** People by names that are written out in full. */

import { callApi, Refusal } from "./api_client.ts";
import type { UserView } from "./protocol.gen.ts";
import { fold } from "./search_query.ts";

/**
 * Those whom `written` names, with blanks or commas between, as the server reads it (http/forms.py). Raises `Refusal`:
 * `no_such_user` for a name that nobody has.
 */
export function peopleNamed(written: string, known: readonly UserView[]): Promise<UserView[]> {
  const names = written.split(/[\s,;，、；]+/u).filter(Boolean);
  return Promise.all(names.map((name) => personNamed(name, known)));
}

async function personNamed(name: string, known: readonly UserView[]): Promise<UserView> {
  const isMeant = (user: UserView) => fold(user.name) === fold(name);
  const there = known.find(isMeant);
  if (there) return there;
  const path = `/api/users?prefix=${encodeURIComponent(name.replace(/^@/u, ""))}`;
  const found = (await callApi<{ users: UserView[] }>("GET", path)).users.find(isMeant);
  if (!found) throw new Refusal("no_such_user");
  return found;
}
