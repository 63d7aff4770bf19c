import { channel } from "node:diagnostics_channel";
import type { Platform } from "@voxpipe/core";
import { openWsSocket } from "./ws-socket.ts";

/** Where sessions tell of their connections: `diagnostics_channel.subscribe("voxpipe:session", …)`. */
const sessions = channel("voxpipe:session");

/** Node's sockets, with the Web Streams that the entry brings. */
export function nodePlatform(streams: Platform["streams"]): Platform {
  const trace: Platform["trace"] = (message) => {
    if (sessions.hasSubscribers) sessions.publish(message);
  };
  return { openSocket: openWsSocket, sendsHeaders: true, sendsPings: true, streams, trace };
}
