import { readFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { createTokenHandler } from "@voxpipe/token";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { createSharing } from "./sharing.ts";

export interface DemoOptions {
  readonly apiKey: string;
  /** The streaming service, as a host or a `ws(s)://` URL. */
  readonly apiHost: string;
  readonly port: number;
  /** An address of this machine at which others may read along. Without it, only this machine's browsers may. */
  readonly readersHost?: string | undefined;
}

const files = {
  "style.css": "text/css",
  "page.js": "text/javascript",
  "worklet.js": "text/javascript",
} as const;
const readersFiles = { "style.css": "text/css", "read.js": "text/javascript" } as const;

/** Serves the page and its tokens, to this machine only; gives the page's address. */
export async function startDemo({ apiKey, apiHost, port, readersHost }: DemoOptions): Promise<string> {
  const service = apiHost.includes("://") ? apiHost : `wss://${apiHost}`;
  const sharing = createSharing();
  const readers = new Hono().use(headers([]));
  readers.route("/", sharing.captions);
  const readPage = await publicFile("read.html");
  readers.get("/read", (context) => context.html(readPage));
  await serveFiles(readers, readersFiles);
  const readersAddress = readersHost === undefined ? "/" : await listen(readers, port, readersHost);

  const app = new Hono().use(headers([service]));
  const token = createTokenHandler({ apiKey, apiHost, authorize: visitor, maxSessionDurationSeconds: 3600 });
  app.all("/api/token", (context) => token(context.req.raw));
  app.use("/api/talk/*", async (context, next) => {
    if (visitor(context.req.raw) === undefined) return context.text("Only pages of this machine may speak.", 403);
    return next();
  });
  app.route("/api/talk", sharing.talk);

  const html = (await publicFile("index.html")).replace("{{apiHost}}", service).replace("{{readers}}", readersAddress);
  app.get("/", (context) => context.html(html));
  await serveFiles(app, files);
  app.route("/", readers);
  return listen(app, port, "127.0.0.1");
}

/** A policy that allows a page its own files, and connections to its own server and to `services`. */
function headers(services: readonly string[]) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      workerSrc: ["'self'"],
      imgSrc: ["data:"],
      connectSrc: ["'self'", ...services],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
}

async function serveFiles(app: Hono, types: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, type] of Object.entries(types)) {
    const text = await publicFile(name);
    app.get(`/${name}`, (context) => context.body(text, 200, { "Content-Type": `${type}; charset=utf-8` }));
  }
}

/** Gives the address. */
async function listen({ fetch }: Hono, port: number, hostname: string): Promise<string> {
  const server = serve({ fetch, port, hostname });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", resolve);
  });
  const address = server.address();
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return `http://${host}:${typeof address === "object" && address ? address.port : port}/`;
}

/**
 * Who asks for a token, and so spends your money: here, whoever sits at this machine. A site of yours names its signed-in
 * visitor instead, and nobody where there is none.
 */
function visitor(request: Request): string | undefined {
  // By its own name: a page elsewhere can make its own name lead to this machine, and a proxy says this machine's.
  const page = request.headers.get("origin") ?? request.url;
  return isHere(request.url) && isHere(page) ? "this machine" : undefined;
}

function isHere(url: string): boolean {
  try {
    return ["127.0.0.1", "localhost"].includes(new URL(url).hostname);
  } catch {
    return false;
  }
}

function publicFile(name: string): Promise<string> {
  return readFile(new URL(`public/${name}`, import.meta.url), "utf8");
}
