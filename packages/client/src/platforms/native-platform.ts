import type { Platform } from "@voxpipe/core";
import { openNativeSocketWithHeaders } from "../sockets/native-socket.ts";

/** Runtimes with native sockets that accept headers, and in Bun the URL of a proxy. */
export function nativePlatform(runtime: string, proxy?: string): Platform {
  return {
    openSocket: openNativeSocketWithHeaders(runtime, proxy),
    sendsHeaders: true,
    sendsPings: false,
    streams: globalThis,
  };
}
