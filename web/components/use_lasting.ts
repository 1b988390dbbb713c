"use client";

import { useEffect, useState } from "react";

/** Short interruptions are nobody's business. */
const GRACE_MS = 2_500;

/** True once `active` has lasted longer than the grace time, until it ends. */
export function useLasting(active: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!active) return;
    const timer = setTimeout(() => setLasting(true), GRACE_MS);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [active]);
  return active && lasting;
}
