import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "../clock.ts";
import { resetSocket } from "../connection/reset-socket.ts";
import type { HandshakeAction } from "./fault.ts";

const graceMs = 2_000;

/** Applies the faults of a handshake; calls `proceed`, perhaps later, if it may still succeed. */
export function failHandshake(
  actions: readonly HandshakeAction[],
  socket: Duplex,
  clock: Clock,
  proceed: () => void,
): void {
  const [action, ...rest] = actions;
  if (action === undefined) proceed();
  else if (action === "hang") hang(socket);
  else if (action === "drop") socket.destroy();
  else if (action === "reset") resetSocket(socket);
  else if ("refuse" in action) refuseUpgrade(socket, action.refuse, action.body, action.headers);
  else {
    const cancel = clock.after(action.delay, () => {
      socket.off("close", cancel);
      failHandshake(rest, socket, clock, proceed);
    });
    socket.on("close", cancel);
  }
}

/** Answers an upgrade request with an HTTP status. */
export function refuseUpgrade(
  socket: Duplex,
  status: number,
  body = "",
  headers: Readonly<Record<string, string>> = {},
): void {
  const fields = { connection: "close", "content-length": String(Buffer.byteLength(body)), ...headers };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value.replace(/[\r\n]/g, " ")}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\n${head.join("")}\r\n${body}`);
  hang(socket);
  // The client has time to read the answer, but not to send forever.
  const timer = setTimeout(() => socket.destroy(), graceMs);
  socket.on("close", () => clearTimeout(timer));
}

/** Keeps reading, to detect that the client leaves. */
function hang(socket: Duplex): void {
  socket.on("end", () => socket.destroy());
  socket.resume();
}
