"use client";

import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { useSession } from "@/components/chat_provider";
import { extrasOf, trayState, useReply, useTray } from "@/components/composer/use_tray";
import { codeOf } from "@/lib/api_client";
import type { PostExtras } from "@/lib/outbox";
import type { FileUpload } from "@/lib/parts";
import type { NewPart, Part, Quote } from "@/lib/protocol.gen.ts";
import { readSlash, SLASH_COMMANDS, type SlashCommand } from "@/lib/slash";

export interface Sending {
  items: readonly FileUpload[];
  quote: Quote | undefined;
  /** The message goes as soon as its files are there. */
  waiting: boolean;
  code: string | undefined;
  setCode(code: string | undefined): void;
  /** Sends the text with what is in the tray; `done` clears the box. */
  send(text: string, done: () => void): Promise<void>;
  /** Somebody goes on writing: nothing goes out until they send again. */
  hold(): void;
  sendPart(part: NewPart, shown: Part): Promise<void>;
  addFiles(files: readonly File[]): void;
}

/** The way of a message out of the compose box: a command, or a post with its files and what it answers. */
export function useSend(
  channel: string,
  onSend: (text: string, extras?: PostExtras) => Promise<boolean>,
  error: string | undefined,
  /** Whose tray and quote these are. */
  scope: string = channel,
): Sending {
  const session = useSession();
  const router = useRouter();
  const items = useTray(scope);
  const quote = useReply(scope);
  const [code, setCode] = useState(error);
  const [later, setLater] = useState<{ text: string; done: () => void }>();
  const underway = useRef(false);
  const state = trayState(items);

  /** The text with all that goes with it, once. */
  async function post(text: string): Promise<boolean> {
    if (!(await onSend(text, extrasOf(items, quote)))) return false;
    session?.uploads.posted(items.map(({ key }) => key));
    session?.composing.reply(scope, undefined);
    return true;
  }

  async function send(written: string, done: () => void) {
    if (underway.current) return;
    setLater(undefined);
    if (items.length > 0) {
      if (state === "stuck") return setCode("upload_stuck");
      if (state === "busy") return setLater({ text: written, done });
    }
    underway.current = true;
    try {
      if (await carryOut(written)) done();
    } catch (failure) {
      setCode(codeOf(failure));
    } finally {
      underway.current = false;
    }
  }

  async function carryOut(written: string): Promise<boolean> {
    const slashed = readSlash(written);
    if (slashed.kind === "command") {
      const command: SlashCommand = SLASH_COMMANDS[slashed.name];
      const run: Parameters<SlashCommand["carryOut"]>[0]["run"] = (each) =>
        session?.run(each) ?? Promise.reject(new Error("no session"));
      await command.carryOut({ channel, run, post, goTo: (path) => router.push(path) }, slashed.argument);
      return true;
    }
    if (slashed.kind === "text" && (await post(slashed.text))) return true;
    setCode(slashed.kind === "fault" ? slashed.code : "busy");
    return false;
  }

  async function sendPart(part: NewPart, shown: Part) {
    const { reply, shown: known } = extrasOf([], quote);
    if (!(await onSend("", { parts: [part], reply, shown: { ...known, parts: [shown] } }))) return setCode("busy");
    session?.composing.reply(scope, undefined);
  }

  const goOn = useEffectEvent(() => {
    if (later && state === "ready" && items.length > 0) void send(later.text, later.done);
    // One has failed or was taken out: the message waits for the writer again.
    else setLater(undefined);
  });
  useEffect(() => {
    // The last file is there: that is news from outside, and the message goes.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    if (later && state !== "busy") goOn();
  }, [later, state]);

  function addFiles(files: readonly File[]) {
    if (files.length === 0) return;
    setCode(session?.uploads.add(scope, files).length ? "too_many_files" : undefined);
  }

  const waiting = later !== undefined && state === "busy";
  return { items, quote, waiting, code, setCode, send, hold: () => setLater(undefined), sendPart, addFiles };
}
