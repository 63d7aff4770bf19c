import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type MeterProvider, metrics, type TracerProvider, trace } from "@opentelemetry/api";
import { createMeters } from "./meters.ts";
import { channelName, readMessage } from "./session-messages.ts";
import { SessionSpans } from "./session-spans.ts";

export interface InstrumentationOptions {
  /** @default the global one */
  readonly meterProvider?: MeterProvider | undefined;
  /** @default the global one */
  readonly tracerProvider?: TracerProvider | undefined;
}

export interface Instrumentation extends Disposable {
  /** Stops. Spans of sessions that still run are ended. */
  disable(): void;
}

/** Under which name the instruments are found. */
const scope = "@voxpipe/otel";

/**
 * Metrics and spans of every session of this process, from the moment of the call: of sessions that began before it only what
 * happens from then on. No transcript, no key and no token is in any attribute.
 *
 * @example
 * const instrumentation = instrumentVoxpipe();
 * process.on("beforeExit", () => instrumentation.disable());
 */
export function instrumentVoxpipe(options: InstrumentationOptions = {}): Instrumentation {
  const meters = createMeters((options.meterProvider ?? metrics).getMeter(scope));
  const spans = new SessionSpans((options.tracerProvider ?? trace).getTracer(scope));
  const listener = (given: unknown) => {
    const message = readMessage(given);
    if (!message) return;
    const context = spans.record(message);
    meters.record(message, context);
  };
  subscribe(channelName, listener);
  const disable = () => {
    unsubscribe(channelName, listener);
    spans.endAll();
    meters.endAll();
  };
  return { disable, [Symbol.dispose]: disable };
}
