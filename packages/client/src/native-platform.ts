import type { Platform } from "@voxpipe/core";
import { openNativeSocketWithHeaders } from "./native-socket.ts";

/** Runtimes whose own sockets take headers. */
export const nativePlatform: Platform = {
  openSocket: openNativeSocketWithHeaders,
  sendsHeaders: true,
  sendsPings: false,
  streams: globalThis,
};
