"use client";

import dynamic from "next/dynamic";
import { type MouseEvent, type ReactNode, useRef, useState } from "react";

const ProfileCard = dynamic(() => import("./profile_card").then((module) => module.ProfileCard), { ssr: false });

/** Opens somebody's card wherever within it something of theirs (`data-person`) is clicked. */
export function ProfileCards({ children }: { children: ReactNode }) {
  const [person, setPerson] = useState<string>();
  const anchor = useRef<HTMLElement | null>(null);

  function click(event: MouseEvent) {
    const found = (event.target as HTMLElement).closest<HTMLElement>("[data-person]");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!found || !plain || event.defaultPrevented) return;
    event.preventDefault();
    anchor.current = found;
    setPerson(found.dataset.person);
  }

  return (
    // What is clicked is a link of its own; this only hears of it.
    <div className="app" onClick={click}>
      {children}
      {person && <ProfileCard key={person} id={person} anchor={anchor} onClose={() => setPerson(undefined)} />}
    </div>
  );
}
