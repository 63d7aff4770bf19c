import type { Platform } from "@voxpipe/core";
import { openNativeSocket } from "../sockets/native-socket.ts";
import { requireStreams } from "./require-streams.ts";

/** The platform's native sockets, with the entry's Web Streams. */
export function webPlatform(streams: Platform["streams"]): Platform {
  return {
    openSocket: openNativeSocket,
    sendsHeaders: false,
    sendsPings: false,
    streams: requireStreams(streams),
    ...network(),
  };
}

/** Pages and their workers know whether they are offline; other runtimes do not. */
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
