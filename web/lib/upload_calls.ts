/** The server's uploads from the browser: tus 1.0.0 (https://tus.io/protocols/resumable-upload) behind a JSON request. */

import { callApi, Refusal, refusalOf } from "./api_client.ts";
import type { Part, Upload } from "./protocol.gen.ts";
import type { Progress, UploadItem, UploadTransport } from "./uploads.ts";

const FILES = "/api/files";
const TUS = { "tus-resumable": "1.0.0" };
/** So long the server may look at a file before it is asked again. */
const WAIT_MS = 400;

export class UploadCalls implements UploadTransport<Part> {
  async begin({
    name,
    type,
    size,
  }: Pick<UploadItem, "name" | "type" | "size">): Promise<Progress<Part> & { upload: string }> {
    const upload = await callApi<Upload>("POST", FILES, { name, type, size });
    return { upload: upload.id, ...progressOf(upload) };
  }

  async look(upload: string): Promise<Progress<Part> | undefined> {
    try {
      return progressOf(await callApi<Upload>("GET", `${FILES}/${upload}`));
    } catch (error) {
      if (error instanceof Refusal && error.code === "no_such_file") return undefined;
      throw error;
    }
  }

  async wait(upload: string, signal: AbortSignal): Promise<Progress<Part>> {
    const now = progressOf(await callApi<Upload>("GET", `${FILES}/${upload}`));
    if (!now.file) await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    signal.throwIfAborted();
    return now;
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
      request.open("PATCH", `${FILES}/${upload}`);
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
    await callApi("DELETE", `${FILES}/${upload}`);
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
