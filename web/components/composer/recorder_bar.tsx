"use client";

import { Check, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";

import type { Recorder } from "@/components/composer/use_recorder";
import { duration } from "@/lib/recording";

const BARS = 36;

/** In the place of the compose box while one speaks: how loud, how long, and the two ways out. */
export function RecorderBar({ recorder }: { recorder: Recorder }) {
  const t = useTranslations("voice");
  const done = useRef<HTMLButtonElement>(null);
  const levels = useHistory(recorder.level, recorder.elapsed);
  useEffect(() => done.current?.focus(), []);
  return (
    <div
      className="recorder"
      role="group"
      aria-label={t("recording")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        recorder.cancel();
      }}
    >
      <button
        type="button"
        className="icon-button"
        aria-label={t("cancel")}
        title={t("cancel")}
        onClick={recorder.cancel}
      >
        <Trash2 aria-hidden />
      </button>
      <span className="recorder-dot" aria-hidden />
      <span className="recorder-time" role="timer">
        {duration(recorder.elapsed)}
      </span>
      <svg className="recorder-level" viewBox={`0 0 ${BARS * 4} 28`} preserveAspectRatio="xMaxYMid meet" aria-hidden>
        {levels.map((level, index) => {
          const height = Math.max(3, level * 28);
          return <rect key={index} x={index * 4} y={(28 - height) / 2} width="2.5" height={height} rx="1.25" />;
        })}
      </svg>
      <meter className="unseen" min={0} max={1} value={recorder.level} aria-label={t("level")} />
      <button
        ref={done}
        type="button"
        className="send"
        data-ready
        aria-label={t("done")}
        title={t("done")}
        onClick={recorder.finish}
      >
        <Check aria-hidden />
      </button>
    </div>
  );
}

/** The last levels, the newest behind. */
function useHistory(level: number, at: number): readonly number[] {
  const [levels, setLevels] = useState<readonly number[]>(() => Array.from({ length: BARS }, () => 0));
  useEffect(() => {
    // What was measured is a fact from outside; it is put behind the ones before.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setLevels((known) => [...known.slice(1), level]);
  }, [level, at]);
  return levels;
}
