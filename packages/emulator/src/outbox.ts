import type { WebSocket } from "ws";
import type { Cancel, Clock } from "./clock.ts";

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
  readonly #queue: Outgoing[] = [];
  #queued = 0;
  #held = false;
  #drip: { readonly size: number; readonly everyMs: number } | undefined;
  #muted = false;
  #cancel: Cancel | undefined;

  constructor(ws: WebSocket, clock: Clock) {
    this.#ws = ws;
    this.#clock = clock;
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

  /** Lets nothing leave for so many ms. */
  hold(ms: number): void {
    this.#held = true;
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, () => {
      this.#held = false;
      this.#flush();
    });
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
    this.#cancel?.();
  }

  #push(item: Outgoing): void {
    if (this.#muted) return;
    this.#queue.push(item);
    if ("text" in item) this.#queued += item.text.length;
    this.#flush();
  }

  #flush(): void {
    while (!this.#held) {
      const item = this.#queue.shift();
      if (item === undefined) return;
      if ("code" in item) {
        this.#ws.close(item.code, item.reason);
        continue;
      }
      this.#queued -= item.text.length;
      if (this.#drip === undefined) {
        this.#ws.send(item.text, whenDone(item.passage));
        item.passage.handed?.();
      } else this.#dripOut(Buffer.from(item.text), item.passage, this.#drip);
    }
  }

  #dripOut(rest: Buffer, passage: Passage, drip: { readonly size: number; readonly everyMs: number }): void {
    const fin = rest.length <= drip.size;
    this.#ws.send(rest.subarray(0, drip.size), { binary: false, fin }, fin ? whenDone(passage) : undefined);
    this.#held = true;
    if (fin) passage.handed?.();
    this.#cancel = this.#clock.after(drip.everyMs, () => {
      this.#held = false;
      if (fin) this.#flush();
      else this.#dripOut(rest.subarray(drip.size), passage, drip);
    });
  }
}

function whenDone({ left }: Passage): (error?: Error | null) => void {
  return (error) => {
    if (!error) left?.();
  };
}
