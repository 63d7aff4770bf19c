import type { TranscriptEvent } from "@voxpipe/transcript";
import { createParser } from "eventsource-parser";
import { RelayError } from "../relay-error.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly init: RequestInit;
  readonly signal: AbortSignal;
  /** In ms. */
  readonly timeout: number;
  readonly onId: (id: string) => void;
  readonly onRetry: (ms: number) => void;
}

/** One response. */
export interface Connection {
  /** What has arrived, or what arrives next; perhaps nothing but a heartbeat. Rejects when the connection ends. */
  read(): Promise<TranscriptEvent[]>;
  close(): void;
}

/** The server answered, but not with events: it may be asked again, after `retryAfter` ms. */
export class ServerError extends RelayError {
  readonly retryAfter: number;

  constructor(status: number, retryAfter: number) {
    const remedy = "The subscription tries again.";
    super("refused", `The relay answered with HTTP status ${status}.`, { status, retryable: true, remedy });
    this.retryAfter = retryAfter;
  }
}

const permanent = [400, 401, 403, 404, 405, 410];
/** Most characters of an event that has not ended. */
const longestEvent = 2 * 1024 * 1024;

/** Undefined if the server answers that there is nothing (204). */
export async function connect(options: ConnectionOptions): Promise<Connection | undefined> {
  const ending = new AbortController();
  const end = () => ending.abort();
  options.signal.addEventListener("abort", end, { once: true });
  if (options.signal.aborted) end();
  const close = () => {
    options.signal.removeEventListener("abort", end);
    end();
  };
  const timely = <T>(work: Promise<T>) => inTime(work, options.timeout, close);
  try {
    const headers = new Headers(options.init.headers);
    headers.set("Accept", "text/event-stream");
    const init = { ...options.init, headers, signal: ending.signal, cache: "no-store" } as const;
    const response = await timely(options.fetch(options.url, init));
    const body = checked(response);
    if (body) return { read: readEvents(body, options, timely), close };
    close();
    return undefined;
  } catch (error) {
    close();
    throw error;
  }
}

function readEvents(
  body: ReadableStream<Uint8Array>,
  { onId, onRetry }: ConnectionOptions,
  timely: <T>(work: Promise<T>) => Promise<T>,
): () => Promise<TranscriptEvent[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let events: TranscriptEvent[] = [];
  let failure: unknown;
  const parser = createParser({
    maxBufferSize: longestEvent,
    onRetry,
    onEvent({ id, data }) {
      if (id) onId(id);
      const event = parse(data);
      if (event) events.push(event);
    },
    onError(error) {
      // Fields that are not known are ignored, as EventSource does.
      if (error.type === "max-buffer-size-exceeded") failure = error;
    },
  });
  return async () => {
    const { done, value } = await timely(reader.read());
    if (done) throw new Error("The relay ended the connection.");
    events = [];
    parser.feed(decoder.decode(value, { stream: true }));
    if (failure) throw failure;
    return events;
  };
}

function checked(response: Response): ReadableStream<Uint8Array> | undefined {
  const { status, headers, body } = response;
  if (status === 204) return undefined;
  const type = headers.get("content-type") ?? "";
  if (status === 200 && body && /^text\/event-stream\b/i.test(type)) return body;
  body?.cancel().catch(() => {});
  if (status === 200)
    throw new RelayError("invalid-response", `What answers is no relay: its Content-Type is ${JSON.stringify(type)}.`, {
      status,
      remedy: "Check the address.",
    });
  if (!permanent.includes(status)) throw new ServerError(status, seconds(headers.get("retry-after")) * 1000);
  throw new RelayError("refused", `The relay refused this reader with HTTP status ${status}.`, {
    status,
    remedy: "Check the address, the name of the room, and that the visitor may read it.",
  });
}

/** At most five minutes; 0 for a date. */
function seconds(text: string | null): number {
  return /^\d{1,6}$/.test(text ?? "") ? Math.min(300, Number(text)) : 0;
}

function parse(data: string): TranscriptEvent | undefined {
  try {
    const event: unknown = JSON.parse(data);
    return isEvent(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is TranscriptEvent {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function inTime<T>(work: Promise<T>, ms: number, close: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      close();
      reject(new Error(`Nothing came from the relay for ${ms} ms.`));
    }, ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
