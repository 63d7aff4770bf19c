import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import type { Attack } from "./attacks.ts";

/** What an attack cost the client's process, beyond what it had before. */
export interface Cost {
  /** Resident memory, and heap with buffers, at their highest. */
  readonly rssMb: number;
  readonly heapMb: number;
  /** How long the event loop stood still at most. */
  readonly longestDelayMs: number;
  /** `still open`, `ended well`, or the code of the error that ended the session. */
  readonly outcome: string;
  /** Events that the client read. */
  readonly events: number;
}

/**
 * Attacks a client in a process of its own.
 *
 * @param client the built program `client.ts`
 * @returns how the process ended instead, if it died
 */
export async function attack(
  attack: Attack,
  client: string,
  seconds: number,
): Promise<Cost | { readonly died: string }> {
  let over = false;
  await using server = await startServer(attack, () => over);
  const child = spawn(
    process.execPath,
    ["--max-old-space-size=2048", client, attack.mode, server.url, String(seconds)],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const closed = once(child, "close");
  // One that cannot even count its time is dead, too.
  const timer = setTimeout(() => child.kill("SIGKILL"), (seconds + 30) * 1000);
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  over = true;
  clearTimeout(timer);
  if (child.exitCode === 0) return JSON.parse(printed);
  const reason = /^.*(Error|FATAL).*$/m.exec(errors)?.[0] ?? "no answer";
  return { died: `${child.exitCode ?? child.signalCode}: ${reason}` };
}

async function startServer({ run }: Attack, over: () => boolean): Promise<{ url: string } & AsyncDisposable> {
  const http = createServer((_, response) => {
    // The request for a token: its answer never ends.
    const piece = "x".repeat(1_000_000);
    response.write('{"token":"');
    const write = () => {
      while (!over() && !response.destroyed && response.write(piece));
    };
    response.on("drain", write);
    write();
  });
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on("connection", (socket) => {
    socket.on("error", () => {});
    const terminated = new Promise<void>((resolve) => {
      socket.on("message", (data, binary) => {
        if (!binary && String(data).includes("Terminate")) resolve();
      });
    });
    socket.send(JSON.stringify({ type: "Begin", id: "hostile", expires_at: Math.floor(Date.now() / 1000) + 3600 }));
    run?.(socket, over, terminated).catch(() => {});
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const address = http.address();
  if (typeof address !== "object" || !address) throw new Error("The server has no port.");
  return {
    url: `ws://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}
