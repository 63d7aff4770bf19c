import { channel } from "node:diagnostics_channel";
import type { Agent } from "node:http";
import type { ConnectOptions as CommonOptions, Platform } from "@voxpipe/core";
import { openWsSocketThrough } from "../sockets/ws-socket.ts";
import { badAgent } from "./bad-agent.ts";
import { requireStreams } from "./require-streams.ts";

/** Where sessions tell of their connections: `diagnostics_channel.subscribe("voxpipe:session", …)`. */
const sessions = channel("voxpipe:session");

/** What the types ask of an `http.Agent`, so that those of Node need not be installed. */
export interface ConnectionAgent {
  readonly maxSockets: number;
  destroy(): void;
}

/** Options of `connect`: the connection's parameters under the vendor's camelCase names, and these. */
export interface ConnectOptions extends CommonOptions {
  /**
   * Makes the TCP connection of the WebSocket, for example through a proxy: an `http.Agent`, an `https.Agent`, or one of
   * `https-proxy-agent` and `proxy-agent`. Without it, environment variables such as `HTTPS_PROXY` are not read.
   *
   * @example agent: new HttpsProxyAgent("http://user:password@proxy.example:8080")
   */
  agent?: ConnectionAgent | undefined;
}

/** Node's sockets, with the Web Streams that the entry brings. Core does not know the option that it takes out. */
export function forNode(
  { agent, ...options }: ConnectOptions,
  streams: Platform["streams"],
): [CommonOptions, Platform] {
  if (agent !== undefined && !isAgent(agent))
    throw badAgent(agent, "an http.Agent, such as new HttpsProxyAgent(url) of https-proxy-agent");
  const trace: Platform["trace"] = (message) => {
    if (sessions.hasSubscribers) sessions.publish(message);
  };
  return [
    options,
    {
      openSocket: openWsSocketThrough(agent),
      sendsHeaders: true,
      sendsPings: true,
      streams: requireStreams(streams),
      trace,
    },
  ];
}

/** Node itself asks no more of an agent. */
function isAgent(value: unknown): value is Agent {
  return typeof Reflect.get(Object(value), "addRequest") === "function";
}
