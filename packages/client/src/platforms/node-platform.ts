import { channel } from "node:diagnostics_channel";
import type { Agent } from "node:http";
import {
  type ConnectOptions as CommonOptions,
  type Platform,
  type SessionTrace,
  TurnDelays,
  type TurnRead,
} from "@voxpipe/core";
import type { Fetch } from "@voxpipe/token";
import { openWsSocketThrough } from "../sockets/ws-socket.ts";
import { badAgent } from "./bad-agent.ts";
import { type CapturedAt, checkCapturedAt, withCapture } from "./captured-at.ts";
import { requireStreams } from "./require-streams.ts";

/** Sessions publish their connections here: `diagnostics_channel.subscribe("voxpipe:session", …)`. */
const sessions = channel("voxpipe:session");

/** A message of the channel. `session` numbers the sessions of this process. */
export type SessionDiagnostics = (Exclude<SessionTrace, TurnRead> | TurnReadDiagnostics) & { readonly session: number };

/** A turn was read, with the part of the time that only the source of the audio knows. */
export interface TurnReadDiagnostics extends TurnRead {
  /** From the audio's capture until it was written, in ms. Undefined without the option `capturedAt`. */
  readonly captureMs: number | undefined;
}

let sessionCount = 0;

/** The part of `http.Agent` that the types need, so that Node's types need not be installed. */
export interface ConnectionAgent {
  readonly maxSockets: number;
  destroy(): void;
}

/** Options of `connect`: the service's parameters under the vendor's camelCase names, and the client's own. */
export interface ConnectOptions extends CommonOptions {
  /**
   * Creates the TCP connection of the WebSocket, and of `createTemporaryToken`, for example through a proxy: an `http.Agent`,
   * an `https.Agent`, or one from `https-proxy-agent`, `socks-proxy-agent` or `proxy-agent`. Environment variables such as
   * `HTTPS_PROXY` are ignored without one.
   *
   * @example agent: new HttpsProxyAgent("http://user:password@proxy.example:8080")
   */
  agent?: ConnectionAgent | undefined;
  /**
   * When the sound at `audioMs` of what was written was captured, in ms since the Unix epoch: for `diagnostics_channel`, which
   * then says how long audio takes until it is written. Only a live source knows it; a file has no such time. Called with the
   * end of a word when its reading was read. Undefined if it is not known; a time after the write counts as the write.
   *
   * @example
   * const clock = () => performance.timeOrigin + performance.now(); // never goes backwards, as Date.now() may
   * const startedAt = clock(); // when the recording program said that it records
   * const session = connect({ apiKey, sampleRate: 16_000, capturedAt: (audioMs) => startedAt + audioMs });
   */
  capturedAt?: CapturedAt | undefined;
}

/** Node's sockets, with the entry's Web Streams. Removes the options that core does not know. */
export function forNode(
  { agent, capturedAt, ...options }: ConnectOptions,
  streams: Platform["streams"],
): [CommonOptions, Platform] {
  const checked = checkAgent(agent);
  checkCapturedAt(capturedAt);
  const session = ++sessionCount;
  const trace: Platform["trace"] = (message) => {
    if (!sessions.hasSubscribers) return;
    const publish = (known: SessionTrace | TurnReadDiagnostics) => sessions.publish({ ...known, session });
    if (message.type === "read") withCapture(message, capturedAt, publish);
    else publish(message);
  };
  return [
    options,
    {
      openSocket: openWsSocketThrough(checked),
      sendsHeaders: true,
      sendsPings: true,
      streams: requireStreams(streams),
      trace,
      latency: (report) => new TurnDelays(report),
    },
  ];
}

/** @throws StreamingError `invalid-options`. */
function checkAgent(agent: unknown): Agent | undefined {
  if (agent === undefined || isAgent(agent)) return agent;
  throw badAgent(agent, "an http.Agent, such as new HttpsProxyAgent(url) of https-proxy-agent");
}

/** A `fetch` through an agent, for tokens. Loaded when needed: most clients never mint. */
export async function agentFetch(agent: unknown): Promise<Fetch | undefined> {
  const checked = checkAgent(agent);
  return checked && (await import("../tokens/agent-fetch.ts")).fetchThrough(checked);
}

/** Node itself requires no more of an agent. */
function isAgent(value: unknown): value is Agent {
  return typeof Reflect.get(Object(value), "addRequest") === "function";
}
