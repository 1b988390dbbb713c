"use client";

import { NotebookPen, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, type KeyboardEvent, useId, useRef, useState, useSyncExternalStore } from "react";

import { Avatar } from "@/components/avatar";
import { useSession } from "@/components/chat_provider";
import { FieldError } from "@/components/error_text";
import { peopleNamed } from "@/lib/people_named";
import { usePeopleNamed } from "@/components/people/use_people_named";
import { channelPath } from "@/lib/addresses";
import { codeOf } from "@/lib/api_client";
import type { UserView } from "@/lib/protocol.gen.ts";

interface NewMessageFormProps {
  me: UserView;
  /** How many people a conversation has room for, oneself included. */
  most: number;
  /** Who is chosen already. */
  chosen: UserView[];
  error: string | undefined;
}

/**
 * Whom to talk to: names, completed as they are written (ARIA's combobox with a list), chosen ones before them. Without
 * JavaScript it is a field for names with commas between.
 */
export function NewMessageForm({ me, most, chosen: begun, error }: NewMessageFormProps) {
  const t = useTranslations("people");
  const id = useId();
  const session = useSession();
  const router = useRouter();
  const field = useRef<HTMLInputElement>(null);
  const alive = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const [chosen, setChosen] = useState(begun);
  const [written, setWritten] = useState("");
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState(error);
  const [busy, setBusy] = useState(false);
  const found = usePeopleNamed(written, chosen);
  const full = chosen.length >= most - 1;
  const options = open && !full ? found : [];
  const current = Math.min(active, options.length - 1);

  function choose(user: UserView) {
    setChosen([...chosen, user]);
    write("");
    field.current?.focus();
    // Until more is written: it lies over the button that one is most likely to want now.
    setOpen(false);
  }

  function write(next: string) {
    setWritten(next);
    setActive(0);
    setCode(undefined);
    setOpen(true);
  }

  function drop(user: UserView) {
    setChosen(chosen.filter(({ id }) => id !== user.id));
    field.current?.focus();
  }

  function press(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const option = options[current];
    const last = chosen.at(-1);
    if (by && options.length > 0) setActive((current + by + options.length) % options.length);
    else if (by) setOpen(true);
    else if (event.key === "Enter" && option && (written.trim() || chosen.length === 0)) choose(option);
    else if ((event.key === "," || event.key === "，") && option && written.trim()) choose(option);
    else if (event.key === "Escape" && open) setOpen(false);
    else if (event.key === "Backspace" && !written && last) drop(last);
    else return;
    event.preventDefault();
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen.length === 0 && !written.trim()) return setCode("no_such_user");
    setBusy(true);
    try {
      // A name that is written out is meant, chosen from the list or not.
      const named = await peopleNamed(written, found);
      const users = [...new Set([...chosen, ...named].map((user) => user.id))];
      const made = await session?.run({ type: "conversation.open", users });
      if (made?.channel) router.push(channelPath(made.channel));
    } catch (failure) {
      setCode(codeOf(failure));
      setBusy(false);
    }
  }

  return (
    <>
      <form className="stack" method="post" action="/forms/conversations" onSubmit={submit}>
        {chosen.length > 0 && <input type="hidden" name="users" value={chosen.map((user) => user.id).join(" ")} />}
        <div className="field">
          <label htmlFor="names">{t("to")}</label>
          <div className="choosing" onClick={() => field.current?.focus()}>
            {chosen.length > 0 && (
              <ul className="chosen" aria-label={t("chosen")}>
                {chosen.map((user) => (
                  <li key={user.id}>
                    <Avatar id={user.id} name={user.name} size="small" />
                    <span>{user.name}</span>
                    <button type="button" aria-label={t("drop", { name: user.name })} onClick={() => drop(user)}>
                      <X aria-hidden />
                    </button>
                  </li>
                ))}
              </ul>
            )}
            <input
              ref={field}
              id="names"
              name="names"
              value={written}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              autoFocus
              placeholder={chosen.length === 0 ? t("placeholder") : undefined}
              disabled={full && alive}
              aria-invalid={code !== undefined}
              aria-describedby={code ? "names-error" : "names-hint"}
              {...(alive && {
                role: "combobox",
                "aria-autocomplete": "list" as const,
                "aria-expanded": options.length > 0,
                "aria-controls": options.length > 0 ? id : undefined,
                "aria-activedescendant": options.length > 0 ? `${id}-${current}` : undefined,
              })}
              onChange={(event) => write(event.target.value)}
              onKeyDown={press}
              onFocus={() => setOpen(true)}
              onClick={() => setOpen(true)}
              onBlur={() => setOpen(false)}
            />
            {options.length > 0 && (
              <ul className="suggestions popover people-found" id={id} role="listbox" aria-label={t("found")}>
                {options.map((user, index) => (
                  <li
                    key={user.id}
                    id={`${id}-${index}`}
                    role="option"
                    aria-selected={index === current}
                    // The field keeps the focus.
                    onPointerDown={(event) => event.preventDefault()}
                    onClick={() => choose(user)}
                  >
                    <Avatar id={user.id} name={user.name} size="small" presence />
                    <span className="suggestion-name">{user.name}</span>
                  </li>
                ))}
              </ul>
            )}
          </div>
          <p className="hint" id="names-hint">
            {alive ? t("hint", { count: most - 1 }) : t("hintPlain")}
          </p>
          <span className="unseen" role="status">
            {open && written && t("count", { count: options.length })}
          </span>
          <FieldError id="names-error" code={code} />
        </div>
        <button className="button primary" disabled={busy}>
          {t("begin")}
        </button>
      </form>
      <form className="notes-form" method="post" action="/forms/conversations">
        <input type="hidden" name="user" value={me.id} />
        <button className="button">
          <NotebookPen aria-hidden />
          {t("notes")}
        </button>
      </form>
    </>
  );
}

function never() {
  return () => undefined;
}
