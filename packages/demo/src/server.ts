import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
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

export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

const types = {
  "style.css": "text/css",
  "page.js": "text/javascript",
  "worklet.js": "text/javascript",
} as const;

/** Serves the page and its tokens, to this machine only. */
export async function startDemo({ apiKey, apiHost, port }: DemoOptions): Promise<Demo> {
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

  // The server listens on this machine alone. A site of yours names its visitors here, with `authorize`.
  const token = createTokenHandler({ apiKey, apiHost, letAnyoneSpendMyMoney: true, maxSessionDurationSeconds: 3600 });
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
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function publicFile(name: string): Promise<string> {
  return readFile(new URL(`public/${name}`, import.meta.url), "utf8");
}
