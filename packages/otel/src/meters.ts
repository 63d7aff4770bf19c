import type { Context, Meter } from "@opentelemetry/api";
import type { SessionDiagnostics } from "voxpipe";
import { errorAttributes } from "./attributes.ts";
import { createReadingMeters, latencyBoundaries } from "./reading-meters.ts";

const durationBoundaries = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10_800];

export interface Meters {
  record(message: SessionDiagnostics, context: Context): void;
  endAll(): void;
}

export function createMeters(meter: Meter): Meters {
  const active = meter.createUpDownCounter("voxpipe.session.active", {
    unit: "{session}",
    description: "Sessions that have not ended",
  });
  const sessions = meter.createHistogram("voxpipe.session.duration", {
    unit: "s",
    description: "From the first connection attempt to the end; by error.type if it failed",
    advice: { explicitBucketBoundaries: durationBoundaries },
  });
  const attempts = meter.createCounter("voxpipe.connection.attempts", {
    unit: "{attempt}",
    description: "Connections that were begun",
  });
  const opens = meter.createHistogram("voxpipe.connection.open.duration", {
    unit: "s",
    description: "From a connection's attempt to its Begin",
    advice: { explicitBucketBoundaries: latencyBoundaries },
  });
  const ends = meter.createCounter("voxpipe.connection.ends", {
    unit: "{connection}",
    description: "Connections that ended; by error.type and voxpipe.close_code if they dropped",
  });
  const sent = meter.createCounter("voxpipe.audio.sent", {
    unit: "s",
    description: "Source audio sent, each part counted once",
  });
  const replayed = meter.createCounter("voxpipe.audio.replayed", {
    unit: "s",
    description: "Audio sent again after a new connection",
  });
  const lost = meter.createCounter("voxpipe.audio.lost", {
    unit: "s",
    description: "Audio that no connection will transcribe",
  });
  const readings = createReadingMeters(meter);

  const running = new Map<number, { begunAt: number; connectingAt: number }>();
  return {
    record(message, context) {
      const now = performance.now();
      const session = running.get(message.session);
      switch (message.type) {
        case "connecting":
          if (session) session.connectingAt = now;
          else {
            running.set(message.session, { begunAt: now, connectingAt: now });
            active.add(1, {}, context);
          }
          attempts.add(1, {}, context);
          break;
        case "begun":
          if (session) opens.record((now - session.connectingAt) / 1000, {}, context);
          break;
        case "disconnected":
          ends.add(1, errorAttributes(message.error), context);
          break;
        case "read":
          readings.record(message, context);
          break;
        case "closed": {
          const { audioSentMs, audioReplayedMs, audioLostMs } = message.stats;
          sent.add(audioSentMs / 1000, {}, context);
          replayed.add(audioReplayedMs / 1000, {}, context);
          lost.add(audioLostMs / 1000, {}, context);
          if (!session) break;
          running.delete(message.session);
          active.add(-1, {}, context);
          sessions.record((now - session.begunAt) / 1000, errorAttributes(message.error), context);
        }
      }
    },
    endAll() {
      active.add(-running.size);
      running.clear();
    },
  };
}
