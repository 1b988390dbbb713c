// @vitest-environment jsdom

import { act } from "react";
import { createPortal } from "react-dom";
import { createRoot } from "react-dom/client";
import { expect, test, vi } from "vitest";

import { Apart } from "@/components/overlays/apart";

vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);

test("what lies over the page keeps its events from the message it was opened by", () => {
  const heard: string[] = [];
  const hear = (event: { type: string }) => heard.push(event.type);
  const root = createRoot(document.body.appendChild(document.createElement("ol")));
  act(() =>
    root.render(
      <li onContextMenu={hear} onPointerDown={hear} onClick={hear} onKeyDown={hear}>
        <Apart>{createPortal(<button>large</button>, document.body)}</Apart>
        <i>small</i>
      </li>,
    ),
  );
  for (const type of ["contextmenu", "pointerdown", "click", "keydown"]) {
    document.querySelector("button")?.dispatchEvent(new Event(type, { bubbles: true }));
    document.querySelector("i")?.dispatchEvent(new Event(type, { bubbles: true }));
  }
  expect(heard).toEqual(["contextmenu", "pointerdown", "click", "keydown"]);
  act(() => root.unmount());
});
