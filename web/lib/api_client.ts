/** Calls on the server's API from the browser: same origin, JSON in and out, refusals as `Refusal`. */

export class Refusal extends Error {
  readonly code: string;
  readonly retry: boolean;
  /** Seconds, where the server said how long to wait. */
  readonly retryAfter: number | undefined;

  constructor(code: string, retry = false, retryAfter?: number) {
    super(code);
    this.name = "Refusal";
    this.code = code;
    this.retry = retry;
    this.retryAfter = retryAfter;
  }
}

/** No answer for so long: there will be none. Longer than a request may take, shorter than anybody's patience. */
const ANSWER_MS = 20_000;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The answer's JSON; raises `Refusal` with the API's code, or `unreachable` when there was no answer. */
export async function callApi<T>(method: Method, path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: { accept: "application/json", ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
    cache: "no-store",
    credentials: "same-origin",
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => {
    throw new Refusal("unreachable", true);
  });
  const answer: unknown = await response.json().catch((error: unknown) => {
    // No JSON is an answer of its own (204 has none); one that was cut off is none at all.
    if (!(error instanceof SyntaxError)) throw new Refusal("unreachable", true);
  });
  if (!response.ok) throw refusalOf(answer);
  return answer as T;
}

/** What a problem document says. */
export function refusalOf(answer: unknown): Refusal {
  const { code, retry, retry_after } = (answer ?? {}) as { code?: string; retry?: boolean; retry_after?: number };
  return new Refusal(code ?? "internal", retry, retry_after);
}

/** The code of anything thrown, for choosing what to tell the visitor. */
export function codeOf(error: unknown): string {
  return error instanceof Refusal ? error.code : "unknown";
}
