"use client";

import { useLocale, useTranslations } from "next-intl";
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useState } from "react";

import { useLiveView } from "@/components/chat_provider";
import { callApi } from "@/lib/api_client";
import { bestNamed, type Completing, completingAt, insertCompletion, isHan, type Sounds } from "@/lib/completion";
import { bestEmoji, closedName, loadEmojiNames, type NamedEmoji } from "@/lib/emoji_names";
import type { UserView } from "@/lib/protocol.gen.ts";
import { loadPinyin } from "@/lib/pinyin";
import { SLASH_COMMANDS, SLASH_NAMES, type SlashCommand } from "@/lib/slash";

export interface CompletionOption {
  key: string;
  /** What takes the word's place. */
  insert: string;
  label: string;
  /** What else helps to choose. */
  note?: string | undefined;
  /** What stands before it: an emoji, or the id of whose colour it has. */
  emoji?: string;
  user?: string;
}

export interface Completion {
  completing: Completing | undefined;
  options: readonly CompletionOption[];
  active: number;
  id: string;
  choose(index: number): void;
  /** True when the key was one of the list's. */
  press(event: KeyboardEvent): boolean;
  look(): void;
  /** The text with the `:name:` that was just closed as its emoji. */
  close(text: string, caret: number): { text: string; caret: number } | undefined;
  leave(): void;
}

const MOST = 8;
const PAUSE_MS = 120;

/** Offers people, channels, emoji and commands for what is being written in the compose box. */
export function useCompletion(
  box: RefObject<HTMLTextAreaElement | null>,
  text: string,
  change: (text: string, caret: number) => void,
  commands: boolean,
): Completion {
  const id = useId();
  const [caret, setCaret] = useState<number>();
  const [active, setActive] = useState(0);
  const [closed, setClosed] = useState<string>();
  const completing = useMemo(() => {
    const found = caret === undefined || closed === text ? undefined : completingAt(text, Math.min(caret, text.length));
    return found?.trigger === "/" && !commands ? undefined : found;
  }, [text, caret, closed, commands]);
  const emoji = useEmojiNames(completing?.trigger === ":");
  const options = useOptions(completing, emoji);
  const current = Math.max(0, Math.min(active, options.length - 1));

  function choose(index: number) {
    const option = options[index];
    if (!completing || !option) return;
    const done = insertCompletion(text, completing, option.insert);
    setCaret(undefined);
    setActive(0);
    change(done.text, done.caret);
  }

  /** Somebody has written it out themselves: their Enter means the message, also when the list came just before. */
  function stands(option: CompletionOption | undefined): boolean {
    if (!completing || !option || completing.trigger === "/") return false;
    return text.slice(completing.from, completing.to) === option.insert.trimEnd();
  }

  function press(event: KeyboardEvent): boolean {
    if (options.length === 0 || event.nativeEvent.isComposing || event.keyCode === 229) return false;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) setActive((current + by + options.length) % options.length);
    else if (event.key === "Enter" && stands(options[current])) return false;
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && !event.ctrlKey) choose(current);
    else if (event.key === "Escape") setClosed(text);
    else return false;
    event.preventDefault();
    return true;
  }

  function look() {
    const area = box.current;
    const next = area && area.selectionStart === area.selectionEnd ? area.selectionEnd : undefined;
    if (next !== caret) setActive(0);
    setCaret(next);
  }

  function close(written: string, at: number) {
    const closed = closedName(written, at);
    const found = closed && emoji.find(({ name }) => name === closed.name);
    return found && insertCompletion(written, closed, found.emoji);
  }

  const leave = () => setCaret(undefined);
  return { completing, options, active: current, id, choose, press, look, close, leave };
}

function useOptions(completing: Completing | undefined, emoji: readonly NamedEmoji[]): readonly CompletionOption[] {
  const trigger = completing?.trigger;
  const prefix = completing?.prefix ?? "";
  const people = usePeople(trigger === "@", prefix);
  const channels = useChannels(trigger === "#");
  const sounds = useSounds((trigger === "@" || trigger === "#") && /^[a-z]+$/iu.test(prefix));
  const describe = useCommandText();
  return useMemo(() => {
    switch (trigger) {
      case "@":
        return bestNamed(people, ({ name }) => name, prefix, MOST, sounds).map(({ id, name }) => ({
          key: id,
          insert: `@${name} `,
          label: name,
          user: id,
        }));
      case "#":
        return bestNamed(channels, ({ name }) => name, prefix, MOST, sounds).map(({ id, name, topic }) => ({
          key: id,
          insert: `#${name} `,
          label: name,
          note: topic,
        }));
      case ":":
        return bestEmoji(emoji, prefix, MOST).map(({ emoji, name }) => ({
          key: emoji,
          insert: emoji,
          label: `:${name}:`,
          emoji,
        }));
      case "/":
        return SLASH_NAMES.filter((name) => name.startsWith(prefix.toLowerCase())).map((name) => ({
          key: name,
          insert: `/${name} `,
          ...describe(name),
        }));
      default:
        return [];
    }
    // The words of commands change with the language only, and then the page is another.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [trigger, prefix, people, channels, emoji, sounds]);
}

function useCommandText() {
  const t = useTranslations("composer.commands");
  const takes = useTranslations("composer.takes");
  return (name: (typeof SLASH_NAMES)[number]) => {
    const command: SlashCommand = SLASH_COMMANDS[name];
    return { label: `/${name}${command.takes ? ` ${takes(command.takes)}` : ""}`, note: t(name) };
  };
}

/** Members of the room first, then whom the page knows, then whom the server finds. */
function usePeople(needed: boolean, prefix: string): readonly UserView[] {
  const state = useLiveView()?.state;
  const [found, setFound] = useState<readonly UserView[]>([]);
  useEffect(() => {
    if (!needed || !prefix) return;
    let late = false;
    const timer = setTimeout(() => {
      callApi<{ users: UserView[] }>("GET", `/api/users?prefix=${encodeURIComponent(prefix)}`).then(
        ({ users }) => late || setFound(users),
        () => undefined,
      );
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [needed, prefix]);
  const members = state?.room?.members;
  const users = state?.users;
  return useMemo(() => {
    if (!needed) return NOBODY;
    const all = [...(members ?? []), ...(users ?? []), ...found];
    return [...new Map(all.map((user) => [user.id, user])).values()];
  }, [needed, members, users, found]);
}

const NOBODY: readonly UserView[] = [];

interface Named {
  id: string;
  name: string;
  topic?: string | undefined;
}

/** One's own channels first, then the others one may read; those are asked for when they are first needed. */
function useChannels(needed: boolean): readonly Named[] {
  const own = useLiveView()?.state.channels;
  const [listed, setListed] = useState<readonly Named[]>();
  useEffect(() => {
    if (!needed || listed) return;
    callApi<{ channels: { channel: Named }[] }>("GET", "/api/channels").then(
      ({ channels }) => setListed(channels.map(({ channel }) => channel)),
      () => undefined,
    );
  }, [needed, listed]);
  return useMemo(() => {
    const all = needed ? [...(own ?? []), ...(listed ?? [])] : [];
    return [...new Map(all.map(({ id, name, topic }) => [id, { id, name, topic }])).values()];
  }, [needed, own, listed]);
}

function useEmojiNames(needed: boolean): readonly NamedEmoji[] {
  const locale = useLocale();
  const [names, setNames] = useState<readonly NamedEmoji[]>(NO_EMOJI);
  useEffect(() => {
    if (needed && names === NO_EMOJI) loadEmojiNames(locale).then(setNames, () => undefined);
  }, [needed, names, locale]);
  return names;
}

const NO_EMOJI: readonly NamedEmoji[] = [];

/** How names sound, once somebody types letters and there is a name they could be the sound of. */
function useSounds(needed: boolean): Sounds | undefined {
  const state = useLiveView()?.state;
  const [sounds, setSounds] = useState<Sounds>();
  const wanted =
    needed &&
    !sounds &&
    [...(state?.users ?? []), ...(state?.room?.members ?? []), ...(state?.channels ?? [])].some(({ name }) =>
      isHan(name),
    );
  useEffect(() => {
    if (wanted)
      loadPinyin().then(
        (loaded) => setSounds(() => loaded),
        () => undefined,
      );
  }, [wanted]);
  return sounds;
}
