import type { Context, Histogram, Meter } from "@opentelemetry/api";
import type { TurnReadDiagnostics } from "voxpipe";

/** Seconds; fine where speech is. */
export const latencyBoundaries = [
  0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 5, 10,
];
/** Also fine for what should take no time at all. */
const partBoundaries = [0.005, 0.01, 0.025, ...latencyBoundaries];

const readings = {
  "first-partial": { name: "first_partial", word: "a turn's first word", reading: "its first reading" },
  "end-of-turn": { name: "end", word: "a turn's last word", reading: "its final reading" },
} as const;

interface ReadingMeters {
  readonly whole: Histogram;
  readonly capture: Histogram;
  readonly send: Histogram;
  readonly service: Histogram;
  readonly reader: Histogram;
}

/** Histograms of how long a reading took: the whole, and its parts, which add up to it. */
export function createReadingMeters(meter: Meter): { record(message: TurnReadDiagnostics, context: Context): void } {
  const meters = {
    "first-partial": createMeters(meter, readings["first-partial"]),
    "end-of-turn": createMeters(meter, readings["end-of-turn"]),
  };
  return {
    record({ reading, captureMs, sendMs, serviceMs, readerMs }, context) {
      const { whole, capture, send, service, reader } = meters[reading];
      if (captureMs !== undefined) capture.record(captureMs / 1000, {}, context);
      send.record(sendMs / 1000, {}, context);
      service.record(serviceMs / 1000, {}, context);
      reader.record(readerMs / 1000, {}, context);
      whole.record(((captureMs ?? 0) + sendMs + serviceMs + readerMs) / 1000, {}, context);
    },
  };
}

function createMeters(meter: Meter, { name, word, reading }: (typeof readings)[keyof typeof readings]): ReadingMeters {
  const histogram = (part: string, description: string, explicitBucketBoundaries: number[]) =>
    meter.createHistogram(`voxpipe.turn.${name}${part}.duration`, {
      unit: "s",
      description,
      advice: { explicitBucketBoundaries },
    });
  return {
    whole: histogram("", `From ${word} being said, or written, until the reader has ${reading}`, latencyBoundaries),
    capture: histogram(".capture", `From the capture of ${word} until it is written`, partBoundaries),
    send: histogram(".send", `From the writing of ${word} until it is sent for the last time`, partBoundaries),
    service: histogram(".service", `From the sending of ${word} until ${reading} arrives`, partBoundaries),
    reader: histogram(".reader", `From the arrival of ${reading} until it is read`, partBoundaries),
  };
}
