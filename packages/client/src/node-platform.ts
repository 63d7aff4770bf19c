import { channel } from "node:diagnostics_channel";
import type { Agent } from "node:http";
import type { ConnectOptions, Platform } from "@voxpipe/core";
import { badAgent } from "./bad-agent.ts";
import { openWsSocketThrough } from "./ws-socket.ts";

/** Where sessions tell of their connections: `diagnostics_channel.subscribe("voxpipe:session", …)`. */
const sessions = channel("voxpipe:session");

/** What the options of Node's entries add. */
export interface AgentOption {
  /**
   * Makes the TCP connection of the WebSocket, for example through a proxy: an `http.Agent`, an `https.Agent`, or one of
   * `https-proxy-agent` and `proxy-agent`. Without it, environment variables such as `HTTPS_PROXY` are not read.
   *
   * @example agent: new HttpsProxyAgent("http://user:password@proxy.example:8080")
   */
  agent?: Agent | undefined;
}

/** Node's sockets, with the Web Streams that the entry brings. Core does not know the option that it takes out. */
export function forNode(
  { agent, ...options }: ConnectOptions & AgentOption,
  streams: Platform["streams"],
): [ConnectOptions, Platform] {
  // Node itself asks no more of an agent.
  if (agent !== undefined && typeof Reflect.get(Object(agent), "addRequest") !== "function")
    throw badAgent(agent, "an http.Agent, such as new HttpsProxyAgent(url) of https-proxy-agent");
  const trace: Platform["trace"] = (message) => {
    if (sessions.hasSubscribers) sessions.publish(message);
  };
  return [options, { openSocket: openWsSocketThrough(agent), sendsHeaders: true, sendsPings: true, streams, trace }];
}
