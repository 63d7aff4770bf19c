import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";

export interface Upstream extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Seen[];
  /** Resolves when `count` requests have arrived. */
  readonly received: (count: number) => Promise<void>;
}

export interface Seen {
  readonly method: string | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

/** One answer; a function handles the whole exchange. */
export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | RequestListener;

export const minted: Answer = { body: { token: "a-temporary-token", expires_in_seconds: 60 } };

/** A token service on a real port. It sends `answers` in order and repeats the last one. */
export async function startUpstream(...answers: readonly [Answer, ...Answer[]]): Promise<Upstream> {
  const requests: Seen[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://upstream");
    requests.push({
      method: request.method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      authorization: request.headers.authorization,
    });
    reply(answers[requests.length - 1] ?? answers.at(-1) ?? minted, request, response);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    received: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  if (typeof answer === "function") {
    answer(request, response);
    return;
  }
  const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? {});
  response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers }).end(body);
}
