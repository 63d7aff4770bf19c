import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { createContext, runInContext, SourceTextModule } from "node:vm";

/** How a page visits a server: what a browser knows of the page, and would send along. */
export interface Visitor {
  /** The bundled script of the page, a module as its chunks are. */
  readonly script: string;
  /** The server that the page belongs to. */
  readonly server: string;
  readonly apiHost: string;
  /** What a browser adds to the page's requests: cookies, `Origin`. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Runs a page's script with what browsers have and nothing of Node's: `visitor-host.js <visitor as JSON>` prints what comes
 * of it. Needs a Node with a WebSocket of its own, and its flag `--experimental-vm-modules`.
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

const modules = new Map<string, SourceTextModule>();

/** A module of the page; a file that is not next to it is not available in a browser either. */
async function load(file: string): Promise<SourceTextModule> {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const module = new SourceTextModule(await readFile(file, "utf8"), {
    context: page,
    identifier: file,
    importModuleDynamically: async (specifier: string) => evaluate(await load(resolve(specifier, file))),
  });
  modules.set(file, module);
  return module;
}

async function evaluate(module: SourceTextModule): Promise<SourceTextModule> {
  if (module.status === "unlinked")
    await module.link((specifier, { identifier }) => load(resolve(specifier, identifier)));
  await module.evaluate();
  return module;
}

function resolve(specifier: string, from: string): string {
  if (!/^\.{1,2}\//.test(specifier)) throw new Error(`A browser cannot load "${specifier}".`);
  return join(dirname(from), specifier);
}

await evaluate(await load(script));
console.log(JSON.stringify(await runInContext(`visit(${JSON.stringify(apiHost)})`, page)));
