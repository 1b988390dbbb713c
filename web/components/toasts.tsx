"use client";

import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";

const SHOWN_MS = 5_000;

type Say = (text: string) => void;

const Toasts = createContext<Say>(() => undefined);

export function useToast(): Say {
  return useContext(Toasts);
}

/** One short sentence at a time, at the bottom, also read out. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const say = useCallback((next: string) => {
    clearTimeout(timer.current);
    setText(next);
    timer.current = setTimeout(() => setText(""), SHOWN_MS);
  }, []);
  return (
    <Toasts.Provider value={say}>
      {children}
      <div className="toasts" role="status">
        {text && <p className="toast">{text}</p>}
      </div>
    </Toasts.Provider>
  );
}
