/** A key nobody else has: a UUID where the page is secure, as much chance in another form where it is not. */
export function newKey(): string {
  // Over plain HTTP, as on many a home network, there is no randomUUID.
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
