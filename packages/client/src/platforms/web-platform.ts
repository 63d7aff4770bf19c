import type { Platform } from "@voxpipe/core";
import { openNativeSocket } from "../sockets/native-socket.ts";
import { requireStreams } from "./require-streams.ts";

/** The platform's own sockets, with the Web Streams that the entry brings. */
export function webPlatform(streams: Platform["streams"]): Platform {
  return {
    openSocket: openNativeSocket,
    sendsHeaders: false,
    sendsPings: false,
    streams: requireStreams(streams),
    ...network(),
  };
}

/** Pages and their workers know when they are offline. Runtimes that lack a part of it know nothing. */
function network(): Pick<Platform, "online"> {
  const { navigator, addEventListener, removeEventListener } = globalThis;
  if (typeof navigator?.onLine !== "boolean" || typeof addEventListener !== "function") return {};
  return {
    online: {
      is: () => navigator.onLine,
      onChange(listener) {
        addEventListener.call(globalThis, "online", listener);
        return () => removeEventListener.call(globalThis, "online", listener);
      },
    },
  };
}
