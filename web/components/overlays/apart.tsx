import type { ReactNode, SyntheticEvent } from "react";

/**
 * Keeps events of what lies over the page from those it was opened by: in React they go on to them, wherever on the page
 * it is drawn, and a message would take a press on a large picture for one on itself.
 */
export function Apart({ children }: { children: ReactNode }) {
  return (
    <div
      className="contents"
      onClick={stop}
      onDoubleClick={stop}
      onContextMenu={stop}
      onPointerDown={stop}
      onPointerMove={stop}
      onPointerUp={stop}
      onKeyDown={stop}
      onKeyUp={stop}
      onFocus={stop}
      onBlur={stop}
      onPaste={stop}
    >
      {children}
    </div>
  );
}

function stop(event: SyntheticEvent): void {
  event.stopPropagation();
}
