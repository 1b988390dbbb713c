"use client";

import dynamic from "next/dynamic";

/** Most visits look at no pins; a page of them is rendered on the server all the same. */
export const PinsPanel = dynamic(() => import("./pins_panel").then((module) => module.PinsPanel));
