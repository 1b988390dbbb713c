import { ANN, LONG, ME, say, type Sample, WANG } from "@/components/gallery/samples";
import type { FileUpload } from "@/lib/parts";
import type { FilePart, PhotoPart, PollPart, PollState, VoicePart } from "@/lib/protocol.gen.ts";

/** Made-up parts, one for each kind and state. Their pictures are files of the pages: "/files/../samples/hills.svg". */

const NOON = Date.UTC(2026, 2, 3, 12);
const SAMPLES = "../samples";

function photo(name: string, width: number, height: number, changes: Partial<PhotoPart> = {}): PhotoPart {
  return { kind: "photo", file: SAMPLES, name, size: 48_000, media_type: "image/webp", width, height, ...changes };
}

const HILLS = photo("hills.svg", 1200, 800, { alt: "Hills in the evening" });
const KETTLE = photo("kettle.svg", 900, 1200);
const TILES = photo("tiles.svg", 800, 800);
const ALL = [HILLS, KETTLE, TILES, HILLS, TILES, KETTLE, HILLS];

const PDF: FilePart = { kind: "file", file: "F", name: "Agenda.pdf", size: 214_000, media_type: "application/pdf" };
const ARCHIVE: FilePart = {
  kind: "file",
  file: "F",
  name: "a name that goes on for much longer than there is any room for it.tar.gz",
  size: 2_147_483_648,
  media_type: "application/gzip",
};
const VOICE: VoicePart = {
  kind: "voice",
  file: "F",
  name: "voice.webm",
  size: 34_000,
  media_type: "audio/webm",
  duration: 14_000,
  waveform: Array.from({ length: 64 }, (_, index) =>
    Math.round(20 + 70 * Math.abs(Math.sin(index / 3) * Math.sin(index / 11))),
  ),
};
const PEOPLE = [ANN, WANG, LONG, ME, "A1", "B2", "C3", "D4"].map((id, index) => ({
  id,
  name: ["Ann", "王小明", "Tomás", "me", "Priya", "Jonas", "Mei", "Ana"][index] ?? id,
}));
const ANN_SAYS = { number: 3, author: { id: ANN, name: "Ann" } };

const LATER = Date.UTC(2036, 2, 3, 12);
const TEA: PollPart = { kind: "poll", question: "Which tea for the meeting?", options: ["Green", "Black", "Rooibos"] };
const TEA_STANDS: PollState = {
  ballots: [
    { user: ANN, options: [1] },
    { user: ME, options: [0] },
    { user: WANG, options: [1] },
  ],
};

export const PART_SAMPLES: Sample[] = [
  say("One photo", ANN, "", { parts: [HILLS] }),
  say("One photo, mine, upright", ME, "", { parts: [KETTLE] }),
  say("A photo with words", WANG, "昨天傍晚的山。", { parts: [HILLS] }),
  say("Two photos", ANN, "", { parts: ALL.slice(0, 2) }),
  say("Three photos", ME, "From the tea house", { parts: ALL.slice(0, 3) }),
  say("Seven photos", ANN, "", { parts: ALL }),
  say("A photo that does not come", ANN, "", { parts: [photo("gone.webp", 640, 420)] }),
  say("A file", ANN, "Here is the agenda.", { parts: [PDF] }),
  say("A file, mine, with a long name", ME, "", { parts: [ARCHIVE] }),
  say("A video no browser plays", ANN, "", {
    parts: [
      {
        kind: "video",
        file: "F",
        name: "tea.avi",
        size: 8_400_000,
        media_type: "video/x-msvideo",
        width: 640,
        height: 360,
      },
    ],
  }),
  say("Music", ANN, "", {
    parts: [
      {
        kind: "audio",
        file: "F",
        name: "kettle.mp3",
        size: 3_100_000,
        media_type: "audio/mpeg",
        duration: 192_000,
        title: "Kettle Song",
        artist: "The Tea Party",
      },
    ],
  }),
  say("A voice", WANG, "", { parts: [VOICE] }),
  say("A voice, mine", ME, "", { parts: [VOICE] }),
  say("A place", ANN, "Here.", {
    parts: [{ kind: "location", latitude: 52.5163, longitude: 13.3777, name: "Brandenburger Tor" }],
  }),
  say("A place without a name, mine", ME, "", {
    parts: [{ kind: "location", latitude: -33.8568, longitude: 151.2153 }],
  }),
  say("A meeting", ANN, "", {
    parts: [
      {
        kind: "meeting",
        subject: "Tea and the next release",
        at: NOON + 7_200_000,
        minutes: 45,
        url: "https://meet.example.com/tea",
        people: PEOPLE,
      },
    ],
  }),
  say("A meeting, mine", ME, "", {
    parts: [{ kind: "meeting", subject: "周会", at: NOON, people: PEOPLE.slice(0, 2) }],
  }),
  say("A poll, open", ANN, "", { parts: [TEA], poll: TEA_STANDS }),
  say("A poll nobody has voted in", WANG, "", {
    parts: [{ kind: "poll", question: "下次团建去哪儿？", options: ["爬山", "露营", "桌游"], closes_at: LATER }],
  }),
  say("A poll, mine, anonymous, several to choose", ME, "Please answer by Friday.", {
    parts: [
      {
        kind: "poll",
        question: "Which of these days would you rather not work on?",
        options: [
          "Monday",
          "Wednesday, because of the market, which is in the morning and again in the evening",
          "Friday",
        ],
        multiple: true,
        anonymous: true,
      },
    ],
    poll: { votes: [4, 11, 2], voters: 13 },
    answer: [0, 1],
  }),
  say("A poll, closed", ANN, "", { parts: [TEA], poll: { ...TEA_STANDS, closed_at: NOON } }),
  say("A link", ANN, "See https://example.com/tea", {
    parts: [
      {
        kind: "preview",
        url: "https://example.com/tea",
        title: "How to make tea for many people at once",
        text: "Warm the pot, count the spoons, and let nobody wait longer than the water does. A short guide for meetings.",
        site: "Example",
      },
    ],
  }),
  say("An answer", ME, "At four, as always.", {
    reply: { ...ANN_SAYS, text: "When is the tea? I would rather not come too late again." },
  }),
  say("An answer to a photo", ANN, "那座山好美！", {
    reply: { number: 4, author: { id: WANG, name: "王小明" }, kind: "photo" },
  }),
  say("An answer to what is gone", ANN, "I had seen it.", { reply: { number: 5, deleted: true } }),
  say("Forwarded", ME, "The kettle is on the second floor.", {
    forward: { author: { id: ANN, name: "Ann" }, at: NOON },
  }),
  say("Forwarded, with the way there", ANN, "", {
    parts: [HILLS],
    forward: { author: { id: WANG, name: "王小明" }, at: NOON, channel: LONG, number: 9 },
  }),
];

function file(name: string, type: string, changes: Partial<FileUpload> = {}): FileUpload {
  const item = { key: name, channel: "", name, type, size: 3_400_000, modified: 0, alt: "", order: 0 };
  return { ...item, status: "waiting", sent: 0, ...changes };
}

export const TRAY: FileUpload[] = [
  file("hills.svg", "image/webp", {
    status: "done",
    sent: 3_400_000,
    alt: "Hills",
    file: HILLS,
  }),
  file("Agenda.pdf", "application/pdf", { status: "sending", sent: 2_100_000 }),
  file("minutes.docx", "application/msword"),
  file("huge.iso", "application/octet-stream", { status: "failed", error: "file_too_big" }),
  file("talk.mp4", "video/mp4", { status: "lost", sent: 900_000 }),
  file("voice.webm", "audio/webm", { status: "done", voice: { duration: 14_000, waveform: [] } }),
];
