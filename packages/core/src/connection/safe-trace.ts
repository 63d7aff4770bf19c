import type { Settings } from "../options/options.ts";
import type { Platform } from "./socket.ts";

type Trace = NonNullable<Platform["trace"]>;

/** A tracer that throws is reported, once, and changes nothing for the session. */
export function safeTrace(trace: Trace | undefined, warnOnce: Settings["warnOnce"]): Trace {
  return (message) => {
    try {
      trace?.(message);
    } catch {
      warnOnce("trace", "The platform's trace function threw. Sessions go on without it; see its own code.");
    }
  };
}
