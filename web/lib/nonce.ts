import { headers } from "next/headers";

/** The nonce of this page's Content-Security-Policy, which the Python server set on the request it passed on. */
export async function readNonce(): Promise<string | undefined> {
  const policy = (await headers()).get("content-security-policy");
  return policy?.match(/'nonce-([A-Za-z0-9+/_=-]+)'/)?.[1];
}
