import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
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

/** Where the page's folder is served from. */
const origin = "https://page.example/";
const modules = new Map<string, SourceTextModule>();

/** A module of the page; a file that is not in its folder is not available in a browser either. */
async function load(url: string): Promise<SourceTextModule> {
  const known = modules.get(url);
  if (known !== undefined) return known;
  const file = join(dirname(script), url.slice(origin.length));
  const module = new SourceTextModule(await readFile(file, "utf8"), {
    context: page,
    identifier: url,
    initializeImportMeta: (meta) => {
      meta.url = url;
    },
    importModuleDynamically: async (specifier: string) => evaluate(await load(resolve(specifier, url))),
  });
  modules.set(url, module);
  return module;
}

async function evaluate(module: SourceTextModule): Promise<SourceTextModule> {
  if (module.status === "unlinked")
    await module.link((specifier, { identifier }) => load(resolve(specifier, identifier)));
  await module.evaluate();
  return module;
}

function resolve(specifier: string, from: string): string {
  if (/^(\.{1,2}\/|https:)/.test(specifier)) {
    const { href } = new URL(specifier, from);
    if (href.startsWith(origin)) return href;
  }
  throw new Error(`A browser cannot load "${specifier}".`);
}

await evaluate(await load(origin + basename(script)));
console.log(JSON.stringify(await runInContext(`visit(${JSON.stringify(apiHost)})`, page)));
