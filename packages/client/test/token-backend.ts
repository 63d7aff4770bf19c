import { createServer } from "node:http";

interface Asked {
  readonly method: string | undefined;
  readonly headers: Record<string, unknown>;
}

/** A backend that answers each request for a token with the next of the given statuses and bodies; "hang" never answers. */
export async function backend(answers: readonly ("hang" | { status: number; body: string })[]) {
  const asked: Asked[] = [];
  let closed = 0;
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push({ method: request.method, headers: request.headers });
    response.on("close", () => closed++);
    if (answer && answer !== "hang")
      response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/api/token`,
    asked,
    closed: () => closed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const request = () => ({ attempt: 1, signal: new AbortController().signal });
export const token = (text: string) => ({ status: 200, body: JSON.stringify({ token: text, expiresInSeconds: 60 }) });
