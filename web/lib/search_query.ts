/**
 * What somebody writes into the search box, as far as the pages have to understand it: to add and take away operators,
 * and to complete the one being written. What a query finds is the server's business alone. Pure.
 */

export const OPERATORS = ["from", "in", "has", "before", "after", "on"] as const;
export type Operator = (typeof OPERATORS)[number];

/** One word, phrase or operator; places are in UTF-16 code units, as in a text field. */
export interface Term {
  start: number;
  end: number;
  /** Where its value begins, opening quote included. */
  valueStart: number;
  not: boolean;
  operator?: Operator;
  /** Without quotes. */
  value: string;
}

// As the server reads it (domain/query.py); Chinese input methods write full-width colons, minus signs and quotes.
const OPEN = '"“„「『＂';
const QUOTED = `[${OPEN}][^"”“」』＂]*["”“」』＂]?`;
const TERM = new RegExp(`([-－](?=\\S))?(?:(${OPERATORS.join("|")})[:：]\\s*)?(${QUOTED}|[^\\s${OPEN}]*)`, "giuy");
const QUOTES = new RegExp(`^[${OPEN}]([^"”“」』＂]*)`, "u");
const MARKS = /["“”„「」『』＂]/gu;
const NEEDS_QUOTES = /\s|^$/u;
// Who asks; somebody who is really called so is named by id.
const ME = "me";

export function readTerms(query: string): Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < query.length;) {
    if (/\s/u.test(query.charAt(at))) {
      at += 1;
      continue;
    }
    TERM.lastIndex = at;
    const [all = "", minus, operator, written = ""] = TERM.exec(query) ?? [];
    const end = at + Math.max(all.length, 1);
    const value = QUOTES.exec(written)?.[1] ?? written;
    const known = operator?.toLowerCase() as Operator | undefined;
    const valueStart = end - written.length;
    terms.push({ start: at, end, valueStart, not: minus !== undefined, ...(known && { operator: known }), value });
    at = end;
  }
  return terms;
}

/** "in:release", "from:"Mary Ann"" */
export function writeOperator(operator: Operator, value: string): string {
  return `${operator}:${quoted(value)}`;
}

/** The same for somebody or something that has an id: by that where the name stands for others too. */
export function writeNamed(operator: Operator, { id, name }: Named, others: readonly Named[]): string {
  const shared = others.some((other) => other.id !== id && fold(other.name) === fold(name));
  return writeOperator(operator, shared || (operator === "from" && fold(name) === ME) ? id : name);
}

export interface Named {
  id: string;
  name: string;
}

/** Quotation marks of the name's own are left out, as the server does where it compares names. */
function quoted(value: string): string {
  const plain = value.replace(MARKS, "").trim();
  return NEEDS_QUOTES.test(plain) ? `"${plain}"` : plain;
}

export function addTerm(query: string, term: string): string {
  return `${query.trim()} ${term}`.trim();
}

export function removeTerm(query: string, { start, end }: Term): string {
  return `${query.slice(0, start).trimEnd()} ${query.slice(end).trimStart()}`.trim();
}

/** The operators of a query that narrow it down: those that can be taken away again one by one. */
export function filtersOf(query: string): Term[] {
  return readTerms(query).filter((term) => term.operator && term.value);
}

/** What is left of a query without its operators. */
export function wordsOf(query: string): string {
  return readTerms(query)
    .filter((term) => !term.operator)
    .map((term) => query.slice(term.start, term.end))
    .join(" ");
}

export function hasFilter(query: string, operator: Operator, value: string): boolean {
  return filtersOf(query).some((term) => !term.not && term.operator === operator && fold(term.value) === fold(value));
}

/** A name as names are compared: without its sign and quotation marks, without regard to case and width. */
export function fold(name: string): string {
  const plain = name.normalize("NFKC").toLocaleLowerCase().replace(/^[#@]/u, "").replace(MARKS, "");
  return plain.replace(/\s+/gu, " ").trim();
}

/** The name that nobody has, as the server says it: only it knows. */
export function faultIn(detail: string | undefined): Fault | undefined {
  const [, operator, value = ""] = /^(from|in):(.+): there is /su.exec(detail ?? "") ?? [];
  return operator ? { kind: "name", operator: operator as Operator, value } : undefined;
}

export const COMPLETED = ["from", "in", "has"] as const;
/** What `has:` takes. */
export const KINDS = [
  "link",
  "file",
  "photo",
  "video",
  "audio",
  "voice",
  "location",
  "meeting",
  "poll",
  "code",
  "reaction",
  "edited",
] as const;

// Words of scripts with letters: what is being written of one may not be all of it.
const UNFINISHED = /^[-－]?[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]{2,}$/u;

/** What to ask while a query is still being written: its last word may go on. Nothing while an operator is empty. */
export function unfinished(query: string): string | undefined {
  const last = readTerms(query).at(-1);
  if (!last || (last.operator && !last.value)) return undefined;
  return !last.operator && UNFINISHED.test(query.slice(last.start)) ? `${query}*` : query.trim();
}

export interface Fault {
  kind: "empty" | "has" | "day" | "name";
  operator: Operator;
  value: string;
}

const DAY = /^(?:\d{4}(?:[-/.]\d{1,2}){0,2}|today|yesterday|今天|昨天)$/iu;

/** What the server refuses in a query, as far as it can be told here, in the reader's language. */
export function faultOf(query: string): Fault | undefined {
  for (const { operator, value } of readTerms(query)) {
    if (!operator) continue;
    if (!value) return { kind: "empty", operator, value };
    if (operator === "has" && !KINDS.some((kind) => RegExp(`^${kind}s?$`, "i").test(value)))
      return { kind: "has", operator, value };
    if (/^(?:before|after|on)$/.test(operator) && !DAY.test(value.normalize("NFKC")))
      return { kind: "day", operator, value };
  }
  return undefined;
}

export interface Completing {
  operator: (typeof COMPLETED)[number];
  /** What is written of the name so far. */
  prefix: string;
  /** What a name would replace. */
  start: number;
  end: number;
}

/** The name being written at `caret`, if it is one that can be completed. */
export function completingAt(query: string, caret: number): Completing | undefined {
  const term = readTerms(query).find((each) => each.operator && each.valueStart <= caret && caret <= each.end);
  const operator = COMPLETED.find((each) => each === term?.operator);
  if (!term || !operator) return undefined;
  const prefix = fold(query.slice(term.valueStart, caret).replace(/^["“「]/u, ""));
  return { operator, prefix, start: term.valueStart, end: term.end };
}

/** The query with the name in its place, and where the caret goes: behind the blank that follows it. */
export function complete(query: string, { start, end }: Completing, name: string): { query: string; caret: number } {
  const rest = query.slice(end).replace(/^\s/u, "");
  const before = `${query.slice(0, start)}${quoted(name)} `;
  return { query: before + rest, caret: before.length };
}

/** Those of `names` that begin as written, then those that hold it anywhere; no more than `most`. */
export function matchNames(names: Iterable<string>, prefix: string, most: number): string[] {
  const all = [...new Set(names)];
  const begin = all.filter((name) => fold(name).startsWith(prefix));
  const hold = all.filter((name) => !begin.includes(name) && fold(name).includes(prefix));
  return [...begin, ...hold].slice(0, most);
}
