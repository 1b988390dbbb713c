/** What only a browser finds out about a video: its measures, and a picture of it. */

import type { Film, UploadTransport } from "./uploads.ts";

/** A picture of the beginning, but not of the black it fades in from. */
const AT_SECONDS = 1;
const POSTER_MOST = 1280;
const PATIENCE_MS = 10_000;

/** Undefined where this browser cannot show the video. `transport` takes the picture up. */
export async function filmOf(
  video: Blob,
  signal: AbortSignal,
  transport: UploadTransport<unknown>,
): Promise<Film | undefined> {
  const address = URL.createObjectURL(video);
  try {
    const player = await open(address);
    const { videoWidth: width, videoHeight: height } = player;
    if (!width || !height) return undefined;
    const duration = Number.isFinite(player.duration) ? Math.round(player.duration * 1000) : 0;
    const picture = await pictureOf(player);
    const poster = picture && (await send(picture, signal, transport).catch(() => undefined));
    return { width, height, duration, ...(poster && { poster }) };
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function open(address: string): Promise<HTMLVideoElement> {
  const player = document.createElement("video");
  player.muted = true;
  player.preload = "auto";
  player.src = address;
  await event(player, "loadeddata");
  const at = Number.isFinite(player.duration) ? Math.min(AT_SECONDS, player.duration / 4) : 0;
  if (at > 0) {
    player.currentTime = at;
    await event(player, "seeked");
  }
  return player;
}

function event(player: HTMLVideoElement, name: "loadeddata" | "seeked"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    player.addEventListener(name, resolve, { once: true });
    player.addEventListener("error", reject, { once: true });
    setTimeout(() => reject(new Error("too slow")), PATIENCE_MS);
  });
}

async function pictureOf(player: HTMLVideoElement): Promise<Blob | undefined> {
  const { videoWidth: width, videoHeight: height } = player;
  const scale = Math.min(1, POSTER_MOST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(player, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  return picture ?? undefined;
}

/** Small enough for one request. */
async function send(picture: Blob, signal: AbortSignal, transport: UploadTransport<unknown>): Promise<string> {
  const about = { name: "poster.jpg", type: picture.type, size: picture.size, channel: "" };
  const { upload } = await transport.begin(about, signal);
  let at = await transport.send(upload, 0, picture, signal, () => undefined);
  while (at.file === undefined) at = await transport.wait(upload, signal);
  return upload;
}
