"use client";

import dynamic from "next/dynamic";

/** Most rooms ask nothing; a poll is rendered on the server all the same. */
export const PollCard = dynamic(() => import("./poll_card").then((module) => module.PollCard));
