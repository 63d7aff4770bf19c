import type { CallEnd, CallStart, Dtmf, Mark, MediaStats, MediaStream, TrackName } from "./call.ts";
import { ItemQueue } from "./messages/item-queue.ts";
import { plivo } from "./providers/plivo.ts";
import type { Message, Provider, ProviderName } from "./providers/provider.ts";
import { telnyx } from "./providers/telnyx.ts";
import { twilio } from "./providers/twilio.ts";
import { vonage } from "./providers/vonage.ts";
import { listen, type SocketLike } from "./socket/socket-like.ts";
import { TelephonyError } from "./telephony-error.ts";
import { Track } from "./track/track.ts";
import type { Origin } from "./track/track-order.ts";

const providers: Readonly<Record<ProviderName, Provider>> = { twilio, telnyx, plivo, vonage };
const names: readonly TrackName[] = ["inbound", "outbound"];

/** Characters or bytes of a message; larger ones are rejected unread. */
const largestMessage = 128 * 1024;
/** Messages that may be rejected before the stream fails. */
const mostRejected = 100;
/** From the call of `mediaStream` to the provider's first message, in ms. */
const startTimeout = 10_000;
const policyViolation = 1_008;

/**
 * The audio of a phone call from a provider's WebSocket. Call it as soon as the socket is open, so that no message is missed.
 *
 * Anyone can connect to a socket: check `CallStart.parameters`, or a secret in the URL, before you pay for a transcript.
 * Messages that are not the provider's are counted and ignored, up to 100 of them; one above 128 KiB is not read.
 *
 * @example
 * ```ts
 * sockets.on("connection", async (socket) => {
 *   const stream = mediaStream(socket, "twilio");
 *   const { callId } = await stream.started;
 *   for await (const bytes of stream.tracks.inbound) … // mu-law at 8 kHz
 * });
 * ```
 * @param socket of `ws`, Fastify, Deno or workerd; for Hono and Bun see `handlerSocket`
 * @throws TelephonyError `invalid-options`
 */
export function mediaStream(socket: SocketLike, provider: ProviderName): MediaStream {
  if (!Object.hasOwn(providers, provider))
    throw new TelephonyError(
      "invalid-options",
      `There is no provider ${JSON.stringify(provider)}. Give one of ${Object.keys(providers).join(", ")}.`,
    );
  if (typeof socket !== "object" || socket === null || !("addEventListener" in socket || "on" in socket))
    throw new TelephonyError(
      "invalid-options",
      "The socket has neither `addEventListener` nor `on`. Give a WebSocket, or the socket of handlerSocket().",
    );
  return new Call(socket, providers[provider]);
}

class Call implements MediaStream {
  readonly started: Promise<CallStart>;
  readonly closed: Promise<CallEnd>;
  readonly tracks: MediaStream["tracks"];
  readonly dtmf: ReadableStream<Dtmf>;
  readonly marks: ReadableStream<Mark>;
  readonly #socket: SocketLike;
  readonly #provider: Provider;
  readonly #tracks: Readonly<Record<TrackName, Track>> = { inbound: new Track(), outbound: new Track() };
  readonly #dtmf = new ItemQueue<Dtmf>();
  readonly #marks = new ItemQueue<Mark>();
  readonly #start = deferred<CallStart>();
  readonly #end = deferred<CallEnd>();
  readonly #deaf: () => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #state: "waiting" | "started" | "ended" = "waiting";
  #rejected = 0;
  #lastRejection: string | undefined;

  constructor(socket: SocketLike, provider: Provider) {
    this.#socket = socket;
    this.#provider = provider;
    this.started = this.#start.promise;
    this.closed = this.#end.promise;
    this.tracks = { inbound: this.#tracks.inbound.stream, outbound: this.#tracks.outbound.stream };
    this.dtmf = this.#dtmf.stream;
    this.marks = this.#marks.stream;
    this.#timer = setTimeout(() => this.#neverStarted(), startTimeout);
    this.#deaf = listen(socket, {
      message: (data) => this.#receive(data),
      unreadable: (kind) =>
        this.#reject(`A ${kind}, where text or bytes were expected: set the socket's binaryType to "arraybuffer"`),
      closed: (code) => this.#finish("closed", code),
    });
  }

  stats(): MediaStats {
    const tracks = { inbound: this.#tracks.inbound.stats(), outbound: this.#tracks.outbound.stats() };
    return { tracks, rejected: this.#rejected, lastRejection: this.#lastRejection };
  }

  close(code = 1_000, reason = ""): void {
    if (this.#state === "ended") return;
    this.#finish("closed", code);
    this.#closeSocket(code, reason);
  }

  #receive(data: string | Uint8Array): void {
    if (this.#state === "ended") return;
    const message = this.#read(data);
    switch (message.type) {
      case "start":
        return this.#started(message.start);
      case "invalid":
        if (message.start !== undefined && this.#state === "waiting")
          return this.#fail(new TelephonyError(message.start, `${message.reason}. ${remedies[message.start]}`));
        return this.#reject(message.reason);
      case "stop":
        if (this.#state === "waiting") return this.#reject("A stop before the start");
        this.#finish("stop", undefined);
        return this.#closeSocket(1_000, "");
      case "error":
        return this.#fail(new TelephonyError("provider-error", `The provider reports: ${message.reason}.`));
      case "other":
        return;
      default:
        if (this.#state === "waiting") return this.#reject(`A ${message.type} message before the start`);
        return this.#use(message);
    }
  }

  #read(data: string | Uint8Array): Message {
    if (data.length > largestMessage)
      return { type: "invalid", reason: `A message of ${data.length} characters or bytes` };
    if (typeof data !== "string" && this.#provider.binary) return this.#provider.binary(data);
    try {
      const message: unknown = JSON.parse(typeof data === "string" ? data : new TextDecoder().decode(data));
      if (typeof message === "object" && message !== null) return this.#provider.text(message);
    } catch {}
    return { type: "invalid", reason: "A message that is no object in JSON" };
  }

  #started(start: CallStart): void {
    if (this.#state !== "waiting") return this.#reject("A second start");
    this.#state = "started";
    clearTimeout(this.#timer);
    const origin: Origin = { at: undefined };
    for (const name of names) {
      this.#tracks[name].start(start.format, origin);
      if (!start.tracks.includes(name)) this.#tracks[name].end();
    }
    this.#start.resolve(start);
  }

  #use(message: Extract<Message, { readonly type: "media" | "dtmf" | "mark" }>): void {
    if (message.type === "mark") return this.#marks.push({ name: message.name });
    if (message.type === "dtmf") {
      const { digit, track } = message;
      return this.#dtmf.push(track === undefined ? { digit } : { digit, track });
    }
    const problem = this.#tracks[message.track].push(message.chunk);
    if (problem !== undefined) this.#reject(problem);
  }

  #reject(reason: string): void {
    this.#rejected++;
    this.#lastRejection = reason;
    if (this.#rejected <= mostRejected) return;
    const message = `More than ${mostRejected} messages were not the provider's. The last: ${reason}. Check who connects.`;
    this.#fail(new TelephonyError("invalid-messages", message));
  }

  #neverStarted(): void {
    const seen = this.#lastRejection === undefined ? "" : ` Instead came: ${this.#lastRejection}.`;
    const message = `No start message came within ${startTimeout / 1_000} s.${seen} Check the provider's name, and who connects.`;
    this.#fail(new TelephonyError("no-start", message));
  }

  #fail(error: TelephonyError): void {
    this.#settle();
    this.#start.reject(error);
    this.#end.reject(error);
    this.#closeSocket(policyViolation, error.code);
  }

  #finish(reason: CallEnd["reason"], code: number | undefined): void {
    if (this.#state === "ended") return;
    const seen = this.#lastRejection === undefined ? "" : ` Before that came: ${this.#lastRejection}.`;
    if (this.#state === "waiting")
      this.#start.reject(new TelephonyError("no-start", `The socket closed before the call started.${seen}`));
    this.#settle();
    this.#end.resolve({ reason, code, stats: this.stats() });
  }

  /** In every case, what was received can be read, and nothing more comes. */
  #settle(): void {
    this.#state = "ended";
    clearTimeout(this.#timer);
    this.#deaf();
    for (const name of names) this.#tracks[name].end();
    this.#dtmf.end();
    this.#marks.end();
  }

  #closeSocket(code: number, reason: string): void {
    try {
      this.#socket.close(code, reason);
    } catch {
      // Closed already, or a code that the platform does not let through.
    }
  }
}

const remedies = {
  "invalid-start": "Check the provider's name, and who connects",
  "unsupported-encoding": "Ask the provider for mu-law, A-law or 16-bit samples",
} as const;

/** A promise with its resolve and reject; its rejection is never unhandled. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
