/** The server's uploads from the browser: tus 1.0.0 (https://tus.io/protocols/resumable-upload), and what became of one. */

import { callApi, Refusal, refusalOf } from "./api_client.ts";
import type { Part, Upload } from "./protocol.gen.ts";
import type { Progress, UploadItem, UploadTransport } from "./uploads.ts";

const UPLOADS = "/api/uploads";
const TUS = { "tus-resumable": "1.0.0" };
/** So long the server may look at a file before it is asked again. */
const WAIT_MS = 300;

export class UploadCalls implements UploadTransport<Part> {
  async begin(
    { name, type, size }: Pick<UploadItem, "name" | "type" | "size">,
    signal: AbortSignal,
  ): Promise<Progress<Part> & { upload: string }> {
    const metadata = `filename ${base64(name)}${type ? `,filetype ${base64(type)}` : ""}`;
    const headers = { ...TUS, "upload-length": String(size), "upload-metadata": metadata };
    const response = await fetch(UPLOADS, { method: "POST", headers, signal, credentials: "same-origin" }).catch(
      offline,
    );
    if (!response.ok) throw refusalOf(await response.json().catch(() => undefined));
    const upload = response.headers.get("location")?.split("/").at(-1);
    if (!upload) throw new Refusal("internal");
    return { upload, offset: 0 };
  }

  async look(upload: string): Promise<Progress<Part> | undefined> {
    try {
      return progressOf(await callApi<Upload>("GET", `${UPLOADS}/${upload}`));
    } catch (error) {
      if (error instanceof Refusal && error.code === "no_such_file") return undefined;
      throw error;
    }
  }

  async wait(upload: string, signal: AbortSignal): Promise<Progress<Part>> {
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    signal.throwIfAborted();
    return progressOf(await callApi<Upload>("GET", `${UPLOADS}/${upload}`));
  }

  /** By XMLHttpRequest: fetch does not tell how much of a body has gone out. */
  send(
    upload: string,
    offset: number,
    piece: Blob,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<Progress<Part>> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("PATCH", `${UPLOADS}/${upload}`);
      request.setRequestHeader("tus-resumable", TUS["tus-resumable"]);
      request.setRequestHeader("content-type", "application/offset+octet-stream");
      request.setRequestHeader("upload-offset", String(offset));
      request.upload.onprogress = (event) => onBytes(event.loaded);
      request.onload = () => {
        const now = Number(request.getResponseHeader("upload-offset"));
        if (request.status < 300) return resolve({ offset: now || offset + piece.size });
        reject(refusalFrom(request));
      };
      request.onerror = () => reject(new Refusal("unreachable", true));
      request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(piece);
    });
  }

  async drop(upload: string): Promise<void> {
    await fetch(`${UPLOADS}/${upload}`, { method: "DELETE", headers: TUS, credentials: "same-origin" });
  }
}

function refusalFrom(request: XMLHttpRequest): Refusal {
  const refusal = refusalOf(jsonOf(request.responseText));
  // Another request of ours got there first: the server says from where to go on.
  return refusal.code === "wrong_offset" ? new Refusal(refusal.code, true) : refusal;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function progressOf({ offset, state, part }: Upload): Progress<Part> {
  return { offset, file: state === "ready" ? part : undefined };
}

function offline(error: unknown): never {
  throw error instanceof DOMException && error.name === "AbortError" ? error : new Refusal("unreachable", true);
}

/** Of the text's UTF-8 bytes. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
