import { expect, test } from "vitest";

import { graticule, project, RADIUS } from "@/lib/globe";
import {
  albumRows,
  blocksOf,
  coordinates,
  type FileUpload,
  fitted,
  mapAddress,
  partsOf,
  quoteOf,
  readCoordinates,
  thumbFor,
} from "@/lib/parts";
import type { Part, PhotoPart } from "@/lib/protocol.gen.ts";
import { duration, fileSize, waveformOf } from "@/lib/recording";

import { message } from "./make";

const photo: PhotoPart = {
  kind: "photo",
  file: "F1",
  name: "tea.png",
  size: 9,
  media_type: "image/png",
  width: 1600,
  height: 1200,
  thumbs: [
    { width: 320, height: 240 },
    { width: 960, height: 720 },
  ],
};
const file: Part = { kind: "file", file: "F2", name: "a.zip", size: 9, media_type: "application/zip" };

test("photos behind each other are one album, anything else stands alone", () => {
  expect(blocksOf([photo, photo, file, photo]).map((block) => block.kind)).toEqual(["album", "part", "album"]);
});

test("every album's rows hold each of its photos once, in order", () => {
  for (let count = 1; count <= 10; count++) {
    const photos = Array.from({ length: count }, (_, index) => index);
    expect(albumRows(photos).flat()).toEqual(photos);
    expect(Math.max(...albumRows(photos).map((row) => row.length))).toBeLessThanOrEqual(3);
  }
});

test("a picture keeps its shape within its bounds and is never made larger", () => {
  const [most, least] = [
    { width: 380, height: 400 },
    { width: 120, height: 72 },
  ];
  expect(fitted(photo, most, least)).toEqual({ width: 380, height: 285 });
  expect(fitted({ width: 200, height: 100 }, most, least)).toEqual({ width: 200, height: 100 });
  expect(fitted({ width: 100, height: 4000 }, most, least)).toEqual({ width: 120, height: 400 });
  expect(fitted({ width: 0, height: 0 }, most, least).width).toBe(380);
});

test("the smallest copy that is large enough is shown", () => {
  expect(thumbFor(photo, 300)).toBe("/files/F1/thumbs/320");
  expect(thumbFor(photo, 400)).toBe("/files/F1/thumbs/960");
  expect(thumbFor(photo, 4000)).toBe("/files/F1/thumbs/960");
  expect(thumbFor({ ...photo, thumbs: [] }, 300)).toBeUndefined();
});

test("a reply quotes what was said and shows the first picture", () => {
  expect(quoteOf(message(7, { text: "茶".repeat(200), parts: [photo] }), "Ann")).toMatchObject({
    number: 7,
    author: { name: "Ann" },
    text: "茶".repeat(140),
    kind: "photo",
    picture: { file: "F1" },
  });
});

test("what was recorded is posted as a voice, whatever its bytes look like", () => {
  const item = { file, alt: "", voice: { duration: 1200, waveform: [1, 2] } } as unknown as FileUpload;
  expect(partsOf(item)?.posted).toEqual({ kind: "voice", file: "F2", duration: 1200, waveform: [1, 2] });
  expect(partsOf(item)?.shown.kind).toBe("voice");
});

test("coordinates are read as people copy them, and written for people", () => {
  expect(readCoordinates("52.52, 13.405")).toEqual({ latitude: 52.52, longitude: 13.405 });
  expect(readCoordinates("33.45° S 70.66° W")).toEqual({ latitude: -33.45, longitude: -70.66 });
  for (const wrong of ["", "52.52", "91, 0", "0, 181", "here, there"]) expect(readCoordinates(wrong)).toBeUndefined();
  expect(coordinates({ latitude: -33.45, longitude: 70.66 })).toBe("33.4500° S, 70.6600° E");
  expect(mapAddress({ latitude: 1, longitude: 2 })).toContain("openstreetmap.org/?mlat=1.00000&mlon=2.00000");
});

test("the place is in the middle of the globe, and its far side is not drawn", () => {
  expect(project(52, 13, 52, 13)).toEqual([0, -0]);
  expect(project(-52, -167, 52, 13)).toBeUndefined();
  const numbers =
    graticule(52, 13)
      .join(" ")
      .match(/-?\d+\.\d/g) ?? [];
  expect(numbers.length).toBeGreaterThan(100);
  expect(Math.max(...numbers.map(Number))).toBeLessThanOrEqual(RADIUS);
});

test("loudness is relative to the loudest, and silence is flat", () => {
  expect(waveformOf(new Float32Array([0, 0.5, -1, 0.25]), 2)).toEqual([50, 100]);
  expect(waveformOf(new Float32Array(8), 2)).toEqual([0, 0]);
});

test("lengths and sizes read as they do elsewhere", () => {
  expect([duration(7_400), duration(754_000), duration(3_723_000)]).toEqual(["0:07", "12:34", "1:02:03"]);
  expect([fileSize(999, "en"), fileSize(3_400_000, "en"), fileSize(2 ** 31, "en")]).toEqual([
    "999 byte",
    "3.4 MB",
    "2.1 GB",
  ]);
});
