import { readFile } from "node:fs/promises";
import process from "node:process";
import { createContext, runInContext } from "node:vm";

/** How a page visits a server: what a browser knows of the page, and would send along. */
export interface Visitor {
  /** The bundled script of the page. */
  readonly script: string;
  /** The server that the page belongs to. */
  readonly server: string;
  readonly apiHost: string;
  /** What a browser adds to the page's requests: cookies, `Origin`. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Runs a page's script with what browsers have and nothing of Node's: `visitor-host.js <visitor as JSON>` prints what comes
 * of it. Needs a Node with a WebSocket of its own.
 */
const { script, server, apiHost, headers }: Visitor = JSON.parse(process.argv[2] ?? "{}");
const page = createContext({
  AbortController,
  AbortSignal,
  Blob,
  DOMException,
  Event,
  EventTarget,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  TransformStream,
  URL,
  URLSearchParams,
  WebSocket,
  WritableStream,
  clearTimeout,
  console,
  fetch: (path: string, init: RequestInit) => fetch(new URL(path, server), { ...init, headers }),
  performance,
  queueMicrotask,
  setTimeout,
});
runInContext(await readFile(script, "utf8"), page, { filename: script });
console.log(JSON.stringify(await runInContext(`visit(${JSON.stringify(apiHost)})`, page)));
