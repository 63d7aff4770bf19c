import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { inject } from "vitest";

/** What a page may load where nothing else is said: nothing inline, no Blob. */
const strictPolicy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self' ws://127.0.0.1:*";

export interface SiteOptions {
  /** The page's Content-Security-Policy. The page's script has the nonce "page". */
  readonly policy?: string;
  /** Answers `POST /api/token`. */
  readonly token?: () => Answer | Promise<Answer>;
  /** `/api/handshake?behaviour=…` is answered when this is settled. */
  readonly handshake?: (behaviour: string) => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Site extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves an empty page with the packed packages in it, and `/suite`, one with the neutral suite where that was built; from
 * loopback, which browsers consider secure. `/slow/500` answers after 500 milliseconds.
 */
export async function serveSite({ policy = strictPolicy, token, handshake }: SiteOptions = {}): Promise<Site> {
  const folder = inject("site");
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    if (path === "/" || path === "/suite") {
      response.setHeader("Content-Security-Policy", policy);
      response.setHeader("Content-Type", "text/html");
      const script = path === "/" ? "/page.js" : "/suite.js";
      response.end(`<!doctype html><title>Test</title><script type="module" nonce="page" src="${script}"></script>`);
    } else if (path === "/api/token" && token) {
      const { status, body } = await token();
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    } else if (path.startsWith("/api/handshake?") && handshake) {
      await handshake(new URL(path, "http://site").searchParams.get("behaviour") ?? "");
      response.end();
    } else if (["/page.js", "/suite.js", "/worklet.js", "/reference.js"].includes(path)) {
      response.setHeader("Content-Type", "text/javascript");
      response.end(await readFile(join(folder, path)));
    } else if (path.startsWith("/slow/")) {
      await pause(Number(path.slice("/slow/".length)));
      response.end();
    } else response.writeHead(404).end();
  };
  const server = createServer((request, response) => {
    answer(request.url ?? "/", response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
