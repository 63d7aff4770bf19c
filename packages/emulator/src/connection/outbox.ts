import type { WebSocket } from "ws";
import type { Cancel, Clock } from "../clock.ts";

/** What happens around a message's leaving. */
export interface Passage {
  /** It has been handed to the socket, whole. Never called where the connection ends before. */
  readonly handed?: () => void;
  /** It has left this process. Never called where the connection ends before. */
  readonly left?: () => void;
}

type Outgoing =
  | { readonly text: string; readonly passage: Passage }
  | { readonly code: number; readonly reason: string };

/** What is on its way to a client: at once, after a while, or in drips; always in order. */
export class Outbox {
  readonly #ws: WebSocket;
  readonly #clock: Clock;
  readonly #close: (code: number, reason: string) => void;
  readonly #queue: Outgoing[] = [];
  #queued = 0;
  #held = false;
  #dripping = false;
  #drip: { readonly size: number; readonly everyMs: number } | undefined;
  /** What has not left of a message in fragments. */
  #rest: { readonly bytes: Buffer; readonly passage: Passage } | undefined;
  #muted = false;
  #cancel: Cancel | undefined;

  /** @param close sends a close frame, once everything before it has left */
  constructor(ws: WebSocket, clock: Clock, close: (code: number, reason: string) => void) {
    this.#ws = ws;
    this.#clock = clock;
    this.#close = close;
  }

  /** Bytes that have not left yet. */
  get waiting(): number {
    return this.#queued + this.#ws.bufferedAmount;
  }

  /** `left` is also the moment to look at `waiting` again. */
  send(text: string, passage: Passage): void {
    this.#push({ text, passage });
  }

  close(code: number, reason: string): void {
    this.#push({ code, reason });
  }

  /** Lets nothing leave until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#flush();
  }

  /** From now on sends fragments of `size` bytes, one each `everyMs`. */
  drip(size: number, everyMs: number): void {
    this.#drip = { size, everyMs };
  }

  /** Lets nothing leave any more. */
  mute(): void {
    this.#muted = true;
    this.#queue.length = 0;
    this.#queued = 0;
    this.#rest = undefined;
    this.#cancel?.();
  }

  #push(item: Outgoing): void {
    if (this.#muted) return;
    this.#queue.push(item);
    if ("text" in item) this.#queued += item.text.length;
    this.#flush();
  }

  #flush(): void {
    while (!this.#held && !this.#dripping) {
      if (this.#rest !== undefined && this.#drip !== undefined) {
        this.#sendFragment(this.#rest.bytes, this.#rest.passage, this.#drip);
        continue;
      }
      const item = this.#queue.shift();
      if (item === undefined) return;
      if ("code" in item) {
        this.#close(item.code, item.reason);
        continue;
      }
      this.#queued -= item.text.length;
      if (this.#drip !== undefined) {
        this.#rest = { bytes: Buffer.from(item.text), passage: item.passage };
        continue;
      }
      this.#ws.send(item.text, whenDone(item.passage));
      item.passage.handed?.();
    }
  }

  #sendFragment(bytes: Buffer, passage: Passage, { size, everyMs }: { size: number; everyMs: number }): void {
    const fin = bytes.length <= size;
    this.#dripping = true;
    this.#cancel = this.#clock.after(everyMs, () => {
      this.#dripping = false;
      this.#flush();
    });
    this.#rest = fin ? undefined : { bytes: bytes.subarray(size), passage };
    this.#ws.send(bytes.subarray(0, size), { binary: false, fin }, fin ? whenDone(passage) : undefined);
    if (fin) passage.handed?.();
  }
}

function whenDone({ left }: Passage): (error?: Error | null) => void {
  return (error) => {
    if (!error) left?.();
  };
}
