import { Connection, type Role } from "../connection/connection.ts";
import type { StreamingError } from "../errors/streaming-error.ts";
import { origin } from "../protocol/url.ts";
import type { SessionParts } from "./session-parts.ts";

/** How long a peer may take over the closing handshake. */
const closeGraceMs = 1000;

/** What the driver has to do with a connection's socket. */
export type Effect =
  | { readonly do: "open" | "ping" | "close" | "destroy"; readonly connection: Connection }
  | { readonly do: "send"; readonly connection: Connection; readonly data: string | Uint8Array };

/** The connections that are not gone, and what is to be done with them. */
export class Connections {
  readonly #parts: Pick<SessionParts, "settings" | "trace">;
  readonly #all: Connection[] = [];
  #effects: Effect[] = [];
  #attempts = 0;

  constructor(parts: Pick<SessionParts, "settings" | "trace">) {
    this.#parts = parts;
  }

  /** A copy: connections may come and go while it is gone through. */
  get all(): readonly Connection[] {
    return [...this.#all];
  }

  get none(): boolean {
    return this.#all.length === 0;
  }

  /** The one that carries the audio, or will. */
  get current(): Connection | undefined {
    return this.#in("current");
  }

  get spare(): Connection | undefined {
    return this.#in("spare");
  }

  get retired(): Connection | undefined {
    return this.#in("retired");
  }

  get due(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const connection of this.#all) due = Math.min(due, connection.deadline, connection.checkAt);
    return due;
  }

  has(connection: Connection): boolean {
    return this.#all.includes(connection);
  }

  nextEffect(): Effect | undefined {
    return this.#effects.shift();
  }

  open(role: Role, now: number): void {
    const { connectTimeout, token, apiHost } = this.#parts.settings;
    const request = { byToken: token !== undefined, urlLength: 0 };
    const connection = new Connection(++this.#attempts, role, now + connectTimeout, origin(apiHost).host, request);
    this.#all.push(connection);
    this.#parts.trace({ type: "connecting", attempt: connection.attempt });
    this.#effects.push({ do: "open", connection });
  }

  ping(connection: Connection): void {
    this.#effects.push({ do: "ping", connection });
  }

  send(connection: Connection, data: string | Uint8Array): void {
    connection.liveness?.sent(data.length);
    this.#effects.push({ do: "send", connection, data });
  }

  /** Starts the closing handshake. */
  close(connection: Connection, now: number): void {
    if (connection.stage === "closing") return;
    connection.stage = "closing";
    connection.deadline = now + closeGraceMs;
    connection.liveness = undefined;
    this.#effects.push({ do: "close", connection });
  }

  /** The connection is gone, and nothing more is done with it. No error: a normal end. */
  discard(connection: Connection, error?: StreamingError): void {
    this.#all.splice(this.#all.indexOf(connection), 1);
    const unopened = this.#effects.some((effect) => effect.connection === connection && effect.do === "open");
    this.#effects = this.#effects.filter((effect) => effect.connection !== connection);
    if (!unopened) this.#effects.push({ do: "destroy", connection });
    this.#parts.trace({ type: "disconnected", error });
  }

  #in(role: Role): Connection | undefined {
    for (const connection of this.#all) if (connection.role === role) return connection;
    return undefined;
  }
}
