import { afterEach, expect, test, vi } from "vitest";

import { peopleNamed } from "@/lib/people_named";

import { ANN, BOB } from "./make";

const ann = { id: ANN, name: "Ann" };
const bob = { id: BOB, name: "bob" };

afterEach(() => vi.unstubAllGlobals());

test("names that are written out are people, known ones without asking", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    return Response.json({ users: [{ id: "other", name: "bobby" }, bob] });
  });
  expect(await peopleNamed("ann， @bob ", [ann])).toEqual([ann, bob]);
  expect(asked).toEqual(["/api/users?prefix=bob"]);
  expect(await peopleNamed("  ", [ann])).toEqual([]);
});

test("a name that only begins somebody's is nobody's", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ users: [bob] }));
  await expect(peopleNamed("bo", [])).rejects.toMatchObject({ code: "no_such_user" });
});
