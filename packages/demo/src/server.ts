import { readFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { createTokenHandler } from "@voxpipe/token";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";

export interface DemoOptions {
  readonly apiKey: string;
  /** The streaming service, as a host or a `ws(s)://` URL. */
  readonly apiHost: string;
  readonly port: number;
}

const types = {
  "style.css": "text/css",
  "page.js": "text/javascript",
  "worklet.js": "text/javascript",
} as const;

/** Serves the page and its tokens, to this machine only; gives the page's address. */
export async function startDemo({ apiKey, apiHost, port }: DemoOptions): Promise<string> {
  const service = apiHost.includes("://") ? apiHost : `wss://${apiHost}`;
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        workerSrc: ["'self'"],
        imgSrc: ["data:"],
        connectSrc: ["'self'", service],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );

  const token = createTokenHandler({ apiKey, apiHost, authorize: visitor, maxSessionDurationSeconds: 3600 });
  app.all("/api/token", (context) => token(context.req.raw));

  const html = (await publicFile("index.html")).replace("{{apiHost}}", service);
  app.get("/", (context) => context.html(html));
  for (const [name, type] of Object.entries(types)) {
    const text = await publicFile(name);
    app.get(`/${name}`, (context) => context.body(text, 200, { "Content-Type": `${type}; charset=utf-8` }));
  }

  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", resolve);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}/`;
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
  return URL.canParse(url) && ["127.0.0.1", "localhost"].includes(new URL(url).hostname);
}

function publicFile(name: string): Promise<string> {
  return readFile(new URL(`public/${name}`, import.meta.url), "utf8");
}
