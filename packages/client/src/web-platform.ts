import type { Platform } from "@voxpipe/core";
import { openNativeSocket } from "./native-socket.ts";

/** The platform's own sockets, with the Web Streams that the entry brings. */
export function webPlatform(streams: Platform["streams"]): Platform {
  return { openSocket: openNativeSocket, sendsHeaders: false, sendsPings: false, streams };
}
