"use client";

import dynamic from "next/dynamic";

/** Most visits open no thread; a page of one is rendered on the server all the same. */
export const ThreadPanel = dynamic(() => import("./thread_panel").then((module) => module.ThreadPanel));
