"use client";

import { useEffect, useRef, useState } from "react";

import { waveformOf } from "@/lib/recording";
import type { Recording } from "@/lib/uploads";

/** As browsers can: Opus where there is it, AAC on Apple's. */
const FORMS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"] as const;
const MOST_MS = 10 * 60_000;
const TICK_MS = 80;

export interface Recorder {
  state: "idle" | "asking" | "recording";
  /** Why it could not begin. */
  trouble: "refused" | "impossible" | undefined;
  elapsed: number;
  /** How loud it is now, 0 to 1. */
  level: number;
  start(): void;
  /** Ends it and gives what was said. */
  finish(): void;
  cancel(): void;
}

interface Running {
  recorder: MediaRecorder;
  stream: MediaStream;
  context: AudioContext;
  timer: ReturnType<typeof setInterval>;
  keep: boolean;
}

/** A voice from the microphone, which is let go of as soon as it is not needed. */
export function useRecorder(onVoice: (file: File, recording: Recording) => void): Recorder {
  const [state, setState] = useState<Recorder["state"]>("idle");
  const [trouble, setTrouble] = useState<Recorder["trouble"]>();
  const [elapsed, setElapsed] = useState(0);
  const [level, setLevel] = useState(0);
  const running = useRef<Running>(undefined);
  const gone = useRef(false);

  function stop(keep: boolean) {
    const now = running.current;
    if (!now) return;
    now.keep = keep;
    clearInterval(now.timer);
    if (now.recorder.state !== "inactive") now.recorder.stop();
  }

  // Who leaves the room is no longer recorded.
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      stop(false);
    };
  }, []);

  async function start() {
    setTrouble(undefined);
    const form =
      typeof MediaRecorder === "undefined" ? undefined : FORMS.find((each) => MediaRecorder.isTypeSupported(each));
    if (!form || !navigator.mediaDevices) return setTrouble("impossible");
    setState("asking");
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => undefined);
    if (!stream || gone.current) {
      stream?.getTracks().forEach((track) => track.stop());
      setState("idle");
      return stream ? undefined : setTrouble("refused");
    }
    record(stream, form);
  }

  function record(stream: MediaStream, form: string) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const pieces: Blob[] = [];
    const recorder = new MediaRecorder(stream, { mimeType: form });
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => void end(new Blob(pieces, { type: form.split(";")[0] }));
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      setLevel(Math.min(1, Math.max(...samples.map(Math.abs)) * 1.6));
      setElapsed(context.currentTime * 1000);
      if (context.currentTime * 1000 > MOST_MS) stop(true);
    }, TICK_MS);
    running.current = { recorder, stream, context, timer, keep: false };
    recorder.start();
    setElapsed(0);
    setState("recording");
  }

  async function end(blob: Blob) {
    const now = running.current;
    running.current = undefined;
    if (!now) return;
    const ms = Math.round(now.context.currentTime * 1000);
    for (const track of now.stream.getTracks()) track.stop();
    if (!gone.current) setState("idle");
    if (now.keep && blob.size > 0) {
      const sound = await now.context.decodeAudioData(await blob.arrayBuffer()).catch(() => undefined);
      const waveform = sound ? waveformOf(sound.getChannelData(0)) : [];
      const duration = sound ? Math.round(sound.duration * 1000) : ms;
      onVoice(new File([blob], nameOf(blob.type), { type: blob.type }), { duration, waveform });
    }
    await now.context.close();
  }

  return {
    state,
    trouble,
    elapsed,
    level,
    start: () => void start(),
    finish: () => stop(true),
    cancel: () => stop(false),
  };
}

function nameOf(type: string): string {
  const at = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
  return `voice-${at}.${type === "audio/mp4" ? "m4a" : type === "audio/ogg" ? "ogg" : "webm"}`;
}
