/** What is being completed in the compose box, and which names fit it. Pure. */

export type Trigger = "@" | "#" | ":" | "/";

export interface Completing {
  trigger: Trigger;
  /** Where the trigger stands, and where the word behind it ends. */
  from: number;
  to: number;
  /** What was typed behind the trigger. */
  prefix: string;
}

/** Longer words are nobody's name. */
const LONGEST = 40;
// No letter, digit or sign of an address before it: "a@b", "10:30" and "http:" complete nothing. A Han character may
// stand there, since Chinese has no spaces.
const PERSON_OR_CHANNEL = /(?<![A-Za-z0-9_./@#])[@#]([\p{L}\p{M}\p{N}._-]{0,40})$/u;
const EMOJI = /(?<![A-Za-z0-9_./:]):([a-z0-9_+-]{2,40})$/u;
// The full-width colon is a mark like any other ("他说：好"), and in front of Han characters the other one is too: where
// something stands before it, Enter is to send what was written.
const WIDE_EMOJI = /(?<=^|\s)(?:：([a-z0-9_+-]{2,40})|[:：](\p{Script=Han}{1,10}))$/u;
const COMMAND = /^\/([\p{L}-]*)$/u;
const FENCE = /^\s*```/gmu;

/** The word at the caret that names a person, a channel, an emoji or a command. */
export function completingAt(text: string, caret: number): Completing | undefined {
  const before = text.slice(0, caret);
  const command = COMMAND.exec(before);
  if (command) return { trigger: "/", from: 0, to: caret, prefix: command[1] ?? "" };
  const near = before.slice(-LONGEST - 2);
  const match = PERSON_OR_CHANNEL.exec(near) ?? EMOJI.exec(near) ?? WIDE_EMOJI.exec(near);
  if (!match || isInCode(before)) return undefined;
  const trigger = match[0].startsWith("：") ? ":" : (match[0].charAt(0) as Trigger);
  return { trigger, from: caret - match[0].length, to: caret, prefix: match[1] ?? match[2] ?? "" };
}

function isInCode(before: string): boolean {
  if ((before.match(FENCE)?.length ?? 0) % 2 === 1) return true;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return (line.split("`").length - 1) % 2 === 1;
}

/** The text with `insertion` in the place of the word, and where the caret belongs then. */
export function insertCompletion(
  text: string,
  { from, to }: Pick<Completing, "from" | "to">,
  insertion: string,
): { text: string; caret: number } {
  const rest = text.slice(to);
  // One space behind, not two.
  const whole = insertion.endsWith(" ") && rest.startsWith(" ") ? insertion.slice(0, -1) : insertion;
  const caret = from + insertion.length;
  return { text: text.slice(0, from) + whole + rest, caret };
}

/** Whether a name written in Han characters sounds as `letters` begin, or has them as its initials. */
export type Sounds = (name: string, letters: string) => boolean;

const HAN = /\p{Script=Han}/u;
const LATIN = /^[a-z]+$/;

export function isHan(name: string): boolean {
  return HAN.test(name);
}

/** How well `name` fits what was typed: 0 best; undefined: not at all. */
export function rankName(name: string, prefix: string, sounds: Sounds | undefined): number | undefined {
  const [whole, typed] = [fold(name), fold(prefix)];
  if (whole === typed) return 0;
  if (whole.startsWith(typed)) return 1;
  if (whole.split(/[\s._-]+/u).some((word) => word.startsWith(typed))) return 2;
  if (whole.includes(typed)) return 3;
  if (sounds && isHan(name) && LATIN.test(typed) && sounds(name, typed)) return 4;
  return undefined;
}

/** Those of `candidates` that fit, best first, otherwise in the order given; at most `most`. */
export function bestNamed<T>(
  candidates: readonly T[],
  nameOf: (candidate: T) => string,
  prefix: string,
  most: number,
  sounds?: Sounds,
): T[] {
  return candidates
    .map((candidate) => ({ candidate, rank: rankName(nameOf(candidate), prefix, sounds) }))
    .filter((each): each is { candidate: T; rank: number } => each.rank !== undefined)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}

function fold(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
