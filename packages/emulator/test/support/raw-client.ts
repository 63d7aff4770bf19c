import { WebSocket } from "ws";

export type Json = Record<string, unknown>;

/** A client of the wire alone: what it got, in order, and the means to send. */
export class RawClient implements AsyncDisposable {
  readonly ws: WebSocket;
  readonly messages: Json[] = [];
  readonly texts: string[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #arrivals: (() => void)[] = [];

  constructor(url: string, query: Record<string, string | number | boolean> = {}, headers?: Record<string, string>) {
    const target = new URL(`${url}/v3/ws`);
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value));
    this.ws = new WebSocket(target, { headers: headers ?? { authorization: "test-key" }, rejectUnauthorized: false });
    this.ws.on("message", (data) => {
      const text = String(data);
      this.texts.push(text);
      try {
        this.messages.push(JSON.parse(text));
      } catch {
        this.messages.push({ unreadable: text });
      }
      this.#wake();
    });
    this.ws.on("error", () => {});
    this.closed = new Promise((resolve) => {
      this.ws.on("close", (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#wake();
      });
    });
  }

  /** A client whose connection is open, or has failed. */
  static async connect(...args: ConstructorParameters<typeof RawClient>): Promise<RawClient> {
    const client = new RawClient(...args);
    await Promise.race([client.opened(), client.closed]);
    return client;
  }

  /** Resolves with the first message that fits, past or future; rejects when the connection ends without one. */
  async until(fits: string | ((message: Json) => boolean)): Promise<Json> {
    const test = typeof fits === "string" ? (message: Json) => message.type === fits : fits;
    for (;;) {
      const found = this.messages.find(test);
      if (found !== undefined) return found;
      if (this.ws.readyState === WebSocket.CLOSED)
        throw new Error(`Closed without ${fits}; got ${JSON.stringify(this.messages)}`);
      await new Promise<void>((resolve) => this.#arrivals.push(resolve));
    }
  }

  async opened(): Promise<void> {
    if (this.ws.readyState === WebSocket.CONNECTING) await new Promise((resolve) => this.ws.once("open", resolve));
  }

  say(message: Json): void {
    this.ws.send(JSON.stringify(message));
  }

  /** Sends bytes in messages of `frame` bytes. */
  audio(bytes: Uint8Array, frame = 3_200): void {
    for (let start = 0; start < bytes.length; start += frame) this.ws.send(bytes.subarray(start, start + frame));
  }

  /** Terminates and waits for the connection's end. */
  async finish(): Promise<Json> {
    this.say({ type: "Terminate" });
    const termination = await this.until("Termination");
    await this.closed;
    return termination;
  }

  get turns(): Json[] {
    return this.messages.filter(({ type }) => type === "Turn");
  }

  get finals(): string[] {
    return this.turns.filter((turn) => turn.end_of_turn).map((turn) => String(turn.transcript));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ws.readyState === WebSocket.CLOSED) return;
    this.ws.terminate();
    await this.closed;
  }

  #wake(): void {
    for (const resolve of this.#arrivals.splice(0)) resolve();
  }
}

/** The words of a Turn; none if there is no such Turn. */
export function wordsOf(turn: Json | undefined): Json[] {
  return Array.isArray(turn?.words) ? turn.words : [];
}
