"use client";

import type { MouseEvent } from "react";

/** A link that, with JavaScript, changes the address without asking the server: for panels beside a page. */
export function useShallowLink(href: string) {
  return {
    href,
    onClick(event: MouseEvent<HTMLAnchorElement>) {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      window.history.pushState(null, "", href);
    },
  };
}
