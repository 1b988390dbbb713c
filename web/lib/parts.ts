/** What a message has besides its text, as the pages draw it: addresses, sizes, groups. Pure. */

import type { MessagePosted, NewPart, Part, Picture, Quote } from "./protocol.gen.ts";
import type { UploadItem } from "./uploads.ts";

export type PartKind = Part["kind"];
export type PartOf<K extends PartKind> = Extract<Part, { kind: K }>;
export type FileUpload = UploadItem<Part>;

export function fileAddress({ file, name }: { file: string; name: string }): string {
  return `/files/${file}/${encodeURIComponent(name)}`;
}

export function thumbAddress(file: string, width: number): string {
  return `/files/${file}/thumbs/${width}`;
}

/** The smallest copy that is `width` pixels wide or more, else the largest; undefined where there is none. */
export function thumbFor({ file, thumbs = [] }: Picture, width: number): string | undefined {
  const thumb = thumbs.find((each) => each.width >= width) ?? thumbs.at(-1);
  return thumb && thumbAddress(file, thumb.width);
}

/** Any copy of a picture that is as wide, or else the picture itself: the server goes by the id alone. */
export function pictureAddress(picture: Picture, width: number): string {
  return thumbFor(picture, width) ?? fileAddress({ file: picture.file, name: "picture" });
}

/** All copies with their widths, for the browser to choose by the density of its screen. */
export function sourceSet({ file, thumbs = [] }: Picture): string | undefined {
  return thumbs.length > 0 ? thumbs.map(({ width }) => `${thumbAddress(file, width)} ${width}w`).join(", ") : undefined;
}

export function blurAddress(blur: string | undefined): string | undefined {
  return blur ? `data:image/webp;base64,${blur}` : undefined;
}

export interface Size {
  width: number;
  height: number;
}

/** The largest size of the same shape within `most`, never larger than it is; odd shapes are cut to stay in sight. */
export function fitted({ width, height }: Size, most: Size, least: Size): Size {
  if (width <= 0 || height <= 0) return { width: most.width, height: Math.round((most.width * 9) / 16) };
  const scale = Math.min(1, most.width / width, most.height / height);
  const within = (value: number, low: number, high: number) => Math.round(Math.min(high, Math.max(low, value)));
  return {
    width: within(width * scale, least.width, most.width),
    height: within(height * scale, least.height, most.height),
  };
}

/** What is drawn as one thing: several photos behind each other are an album. */
export type Block = { kind: "album"; photos: PartOf<"photo">[] } | { kind: "part"; part: Part };

export function blocksOf(parts: readonly Part[]): Block[] {
  const blocks: Block[] = [];
  for (const part of parts) {
    const last = blocks.at(-1);
    if (part.kind === "photo" && last?.kind === "album") last.photos.push(part);
    else blocks.push(part.kind === "photo" ? { kind: "album", photos: [part] } : { kind: "part", part });
  }
  return blocks;
}

/** How many photos stand in each row of an album. */
const ROWS: readonly (readonly number[])[] = [
  [],
  [1],
  [2],
  [1, 2],
  [2, 2],
  [2, 3],
  [3, 3],
  [2, 2, 3],
  [2, 3, 3],
  [3, 3, 3],
  [2, 2, 3, 3],
];

export function albumRows<T>(photos: readonly T[]): T[][] {
  const counts = ROWS[photos.length] ?? Array.from({ length: Math.ceil(photos.length / 3) }, () => 3);
  let from = 0;
  return counts.map((count) => photos.slice(from, (from += count)));
}

/** Whether parts are their own bubble: all but sounds have a shape of their own. */
export function isBare(parts: readonly Part[]): boolean {
  return parts.length > 0 && parts.every(({ kind }) => kind !== "audio" && kind !== "voice");
}

/** What is posted for a file that is up, and what it looks like until the message is back. */
export function partsOf(item: FileUpload): { posted: NewPart; shown: Part } | undefined {
  const { file: part, alt, voice } = item;
  if (!part) return undefined;
  switch (part.kind) {
    case "photo":
      return { posted: { kind: "photo", file: part.file, alt }, shown: { ...part, alt } };
    case "video":
      return {
        posted: { kind: "video", file: part.file, alt, ...item.film },
        shown: { ...part, alt, ...measures(item) },
      };
    case "audio":
      if (!voice) return { posted: { kind: "audio", file: part.file, duration: part.duration }, shown: part };
      return {
        posted: { kind: "voice", file: part.file, ...voice },
        shown: { ...part, kind: "voice", ...voice } as PartOf<"voice">,
      };
    case "file":
      if (!voice) return { posted: { kind: "file", file: part.file }, shown: part };
      return {
        posted: { kind: "voice", file: part.file, ...voice },
        shown: { ...part, ...voice, kind: "voice" } as PartOf<"voice">,
      };
    default:
      return undefined;
  }
}

function measures({ film }: FileUpload): { width?: number; height?: number; duration?: number } {
  return film ? { width: film.width, height: film.height, duration: film.duration } : {};
}

const QUOTED = 140;

/** What a reply quotes of a message. */
export function quoteOf(message: MessagePosted, author: string): Quote {
  const first = message.parts?.[0];
  return {
    number: message.number,
    author: { id: message.author, name: author },
    text: [...(message.text ?? "")].slice(0, QUOTED).join("") || undefined,
    kind: first?.kind,
    picture: first && pictureOf(first),
  };
}

export function pictureOf(part: Part): Picture | undefined {
  if (part.kind === "photo") return part;
  if (part.kind === "video") return part.poster ?? undefined;
  return part.kind === "preview" ? (part.picture ?? undefined) : undefined;
}

/** "52.5200° N, 13.4050° E" */
export function coordinates({ latitude, longitude }: { latitude: number; longitude: number }): string {
  const side = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(4)}° ${value >= 0 ? positive : negative}`;
  return `${side(latitude, "N", "S")}, ${side(longitude, "E", "W")}`;
}

/** A map that needs no key and no account. */
export function mapAddress({ latitude, longitude }: { latitude: number; longitude: number }): string {
  const [lat, lon] = [latitude.toFixed(5), longitude.toFixed(5)];
  return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}`;
}

/** "52.52, 13.405" in whatever way people copy coordinates; undefined for anything else. */
export function readCoordinates(text: string): { latitude: number; longitude: number } | undefined {
  const match = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*°?\s*([NS])?\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*°?\s*([EW])?\s*$/iu.exec(
    text,
  );
  if (!match) return undefined;
  const latitude = Number(match[1]) * (match[2]?.toUpperCase() === "S" ? -1 : 1);
  const longitude = Number(match[3]) * (match[4]?.toUpperCase() === "W" ? -1 : 1);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}
