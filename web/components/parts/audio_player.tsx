"use client";

import { LoaderCircle, Pause, Play } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ChangeEvent, useEffect, useLayoutEffect, useRef, useState } from "react";

import { FileCard } from "@/components/parts/file_card";
import { leaveSound, takeSound } from "@/components/parts/held_sounds";
import { pauseOthers } from "@/components/parts/one_at_a_time";
import { Waveform } from "@/components/parts/waveform";
import { fileAddress, type PartOf } from "@/lib/parts";
import { duration } from "@/lib/recording";

const SPEEDS = [1, 1.5, 2] as const;
const useBrowserLayoutEffect = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** Something to listen to: a voice with its waveform, or a piece with its title; where one is, how fast, and how long. */
export function AudioPlayer({ part }: { part: PartOf<"audio" | "voice"> }) {
  const t = useTranslations("parts");
  const place = useRef<HTMLSpanElement>(null);
  const sound = useRef<HTMLAudioElement>(null);
  const [state, setState] = useState<"still" | "loading" | "playing" | "failed">("still");
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState(0);
  const [told, setTold] = useState<number>();
  const address = fileAddress(part);
  const seconds = told ?? (part.duration ?? 0) / 1000;
  const name = part.kind === "voice" ? t("voice") : [part.artist, part.title].filter(Boolean).join(" – ") || part.name;

  useBrowserLayoutEffect(() => {
    const audio = takeSound(address);
    const listeners = new AbortController();
    const hear = (type: keyof HTMLMediaElementEventMap, call: () => void) =>
      audio.addEventListener(type, call, { signal: listeners.signal });
    hear("play", () => pauseOthers(audio));
    hear("playing", () => setState("playing"));
    hear("waiting", () => setState("loading"));
    hear("pause", () => setState("still"));
    hear("ended", () => {
      setState("still");
      setAt(0);
    });
    hear("timeupdate", () => setAt(audio.currentTime));
    hear("durationchange", () => setTold(Number.isFinite(audio.duration) ? audio.duration : undefined));
    hear("error", () => setState("failed"));
    sound.current = audio;
    place.current?.append(audio);
    if (!audio.paused) {
      // It has played on while its row was not drawn.
      setState("playing");
      setAt(audio.currentTime);
      setSpeed(
        Math.max(
          0,
          SPEEDS.findIndex((each) => each === audio.defaultPlaybackRate),
        ),
      );
    }
    return () => {
      listeners.abort();
      leaveSound(audio);
    };
  }, [address]);

  if (state === "failed") {
    return (
      <div className="part-failed">
        <FileCard part={part} />
        <p className="part-trouble" role="status">
          {t("soundFailed")}
        </p>
      </div>
    );
  }

  function toggle() {
    const audio = sound.current;
    if (!audio) return;
    if (!audio.paused) return audio.pause();
    setState("loading");
    audio.play().catch(() => setState(audio.error ? "failed" : "still"));
  }

  function seek(event: ChangeEvent<HTMLInputElement>) {
    const to = Number(event.target.value);
    setAt(to);
    if (sound.current) sound.current.currentTime = to;
  }

  function faster() {
    const next = (speed + 1) % SPEEDS.length;
    setSpeed(next);
    if (!sound.current) return;
    // The one as well that holds when it is played anew.
    sound.current.defaultPlaybackRate = SPEEDS[next] ?? 1;
    sound.current.playbackRate = SPEEDS[next] ?? 1;
  }

  return (
    <div className="sound" role="group" aria-label={name} data-kind={part.kind}>
      <span ref={place} hidden />
      <button
        type="button"
        className="sound-button needs-js"
        aria-label={state === "still" ? t("play", { name }) : t("pause", { name })}
        onClick={toggle}
      >
        {state === "loading" ? (
          <LoaderCircle className="spinner" aria-hidden />
        ) : state === "playing" ? (
          <Pause aria-hidden />
        ) : (
          <Play aria-hidden />
        )}
      </button>
      <div className="sound-middle">
        {part.kind === "audio" && (
          <span className="sound-name" title={name}>
            {name}
          </span>
        )}
        <div className="sound-track">
          <Waveform
            levels={part.kind === "voice" ? part.waveform : undefined}
            played={seconds > 0 ? at / seconds : 0}
          />
          <input
            type="range"
            className="needs-js"
            min={0}
            max={Math.max(seconds, 0.1)}
            step={0.1}
            value={Math.min(at, Math.max(seconds, 0.1))}
            onChange={seek}
            aria-label={t("position")}
            aria-valuetext={t("positionOf", { at: duration(at * 1000), length: duration(seconds * 1000) })}
          />
        </div>
        <div className="sound-foot">
          <span>{state === "still" && at === 0 ? duration(seconds * 1000) : duration(at * 1000)}</span>
          <button type="button" className="sound-speed needs-js" onClick={faster}>
            <span className="unseen">{t("speed", { speed: String(SPEEDS[speed]) })}</span>
            <span aria-hidden>{SPEEDS[speed]}×</span>
          </button>
        </div>
      </div>
      <noscript>
        <a href={fileAddress(part)}>{part.name}</a>
      </noscript>
    </div>
  );
}
