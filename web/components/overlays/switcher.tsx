"use client";

import { Search } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useId, useRef, useState } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";

import { useSession } from "@/components/chat_provider";
import type { Entry } from "@/components/switcher/entry";
import { type Section, useSections } from "@/components/switcher/use_entries";
import { roomOf } from "@/lib/addresses";
import { stepThrough } from "@/lib/switcher";

const PROCESS_KEY = 229;
/** Not for every letter. */
const PAUSE_MS = 80;

interface SwitcherProps {
  /** What was typed before it was there. */
  begun: RefObject<string>;
  onClose(): void;
  /** Somewhere is gone to; `path` is undefined where something is done instead. */
  onGo(path: string | undefined): void;
}

/**
 * Quickly to a channel, somebody, a message, or something to do (ARIA's combobox with a list in groups). Its links are links:
 * with Ctrl they open in a tab of their own.
 */
export function Switcher({ begun, onClose, onGo }: SwitcherProps) {
  const t = useTranslations("switcher");
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [written, setWritten] = useState("");
  const [active, setActive] = useState(0);
  const sections = useSections(written);
  const entries = sections.flatMap((section) => section.entries);
  const current = Math.min(active, entries.length - 1);
  const option = (index: number) => list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${index}`)}`);
  usePrepared(entries[current]?.href);

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [current, written]);

  // As soon as the field is there: what was typed while all this was on its way, and from then on goes into it.
  const attach = useCallback((field: HTMLInputElement | null) => void (field && setWritten(begun.current)), [begun]);

  function write(next: string) {
    setWritten(next);
    setActive(0);
  }

  function press(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.keyCode === PROCESS_KEY) return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) setActive(stepThrough(current, by, entries.length));
    else if (event.key === "Enter") option(current)?.click();
    else return;
    event.preventDefault();
  }

  function choose(entry: Entry) {
    entry.run?.();
    onClose();
    onGo(entry.href);
  }

  return (
    <ModalOverlay className="veil top" isOpen isDismissable onOpenChange={(next) => next || onClose()}>
      <Modal className="modal wide">
        <Dialog className="switcher" aria-label={t("title")}>
          <label className="switch-field">
            <Search aria-hidden />
            <span className="unseen">{t("label")}</span>
            <input
              ref={attach}
              type="text"
              role="combobox"
              aria-autocomplete="list"
              aria-expanded={entries.length > 0}
              aria-controls={id}
              aria-activedescendant={entries.length > 0 ? `${id}-${current}` : undefined}
              value={written}
              placeholder={t("placeholder")}
              maxLength={500}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              enterKeyHint="go"
              autoFocus
              onChange={(event) => write(event.target.value)}
              onKeyDown={press}
            />
          </label>
          <div className="switch-list" id={id} ref={list} role="listbox" aria-label={t("found")}>
            {sections.map((section) => (
              <Group
                key={section.name}
                id={id}
                section={section}
                from={entries.indexOf(section.entries[0] as Entry)}
                current={current}
                choose={choose}
              />
            ))}
          </div>
          {entries.length === 0 && <p className="switch-none">{t("none")}</p>}
          <p className="switch-hint">{t("hint")}</p>
          <span className="unseen" role="status">
            {written && t("count", { count: entries.length })}
          </span>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface GroupProps {
  id: string;
  section: Section;
  /** The place of its first entry among all. */
  from: number;
  current: number;
  choose(entry: Entry): void;
}

function Group({ id, section: { name, entries }, from, current, choose }: GroupProps) {
  const t = useTranslations("switcher");
  return (
    <div role="group" aria-labelledby={`${id}-${name}`}>
      <div className="side-title" id={`${id}-${name}`} role="presentation">
        {t(`sections.${name}`)}
      </div>
      {entries.map((entry, index) => {
        const shared = {
          id: `${id}-${from + index}`,
          role: "option",
          className: "switch-row",
          "aria-selected": from + index === current,
          tabIndex: -1,
          // The field keeps the focus.
          onMouseDown: (event: React.MouseEvent) => event.preventDefault(),
          onClick: (event: React.MouseEvent) => event.ctrlKey || event.metaKey || choose(entry),
          children: (
            <>
              {entry.sign}
              <span className="switch-name">{entry.label}</span>
              {entry.note && <span className="switch-note">{entry.note}</span>}
            </>
          ),
        };
        return entry.href ? (
          <Link key={entry.key} href={entry.href} prefetch={false} scroll={false} {...shared} />
        ) : (
          <button key={entry.key} type="button" {...shared} />
        );
      })}
    </div>
  );
}

/** The room that Enter would lead to is fetched while one still reads. */
function usePrepared(href: string | undefined): void {
  const session = useSession();
  useEffect(() => {
    const room = href ? roomOf(href.split("#")[0] ?? "") : undefined;
    if (!room || room.panel || room.number !== undefined) return;
    const timer = setTimeout(() => void session?.prepare(room.channel).catch(() => undefined), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [href, session]);
}
