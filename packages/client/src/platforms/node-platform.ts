import { channel } from "node:diagnostics_channel";
import type { Agent } from "node:http";
import type { ConnectOptions as CommonOptions, Platform, SessionTrace } from "@voxpipe/core";
import type { Fetch } from "@voxpipe/token";
import { openWsSocketThrough } from "../sockets/ws-socket.ts";
import { badAgent } from "./bad-agent.ts";
import { requireStreams } from "./require-streams.ts";

/** Sessions publish their connections here: `diagnostics_channel.subscribe("voxpipe:session", …)`. */
const sessions = channel("voxpipe:session");

/** A message of the channel. `session` numbers the sessions of this process. */
export type SessionDiagnostics = SessionTrace & { readonly session: number };

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
}

/** Node's sockets, with the entry's Web Streams. Removes the option `agent`, which core does not know. */
export function forNode(
  { agent, ...options }: ConnectOptions,
  streams: Platform["streams"],
): [CommonOptions, Platform] {
  const checked = checkAgent(agent);
  const session = ++sessionCount;
  const trace: Platform["trace"] = (message) => {
    if (sessions.hasSubscribers) sessions.publish({ ...message, session } satisfies SessionDiagnostics);
  };
  return [
    options,
    {
      openSocket: openWsSocketThrough(checked),
      sendsHeaders: true,
      sendsPings: true,
      streams: requireStreams(streams),
      trace,
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
