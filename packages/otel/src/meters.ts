import type { Context, Meter } from "@opentelemetry/api";
import type { SessionDiagnostics } from "voxpipe";
import { errorAttributes } from "./attributes.ts";

/** Seconds; fine where speech is. */
const latencyBoundaries = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 5, 10];
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
  const firstPartial = meter.createHistogram("voxpipe.turn.first_partial.duration", {
    unit: "s",
    description: "From the sending of a turn's first word to its first reading",
    advice: { explicitBucketBoundaries: latencyBoundaries },
  });
  const endOfTurn = meter.createHistogram("voxpipe.turn.end.duration", {
    unit: "s",
    description: "From the sending of a turn's last word to its final reading",
    advice: { explicitBucketBoundaries: latencyBoundaries },
  });

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
        case "turn":
          if (message.firstPartialMs !== undefined) firstPartial.record(message.firstPartialMs / 1000, {}, context);
          if (message.endOfTurnMs !== undefined) endOfTurn.record(message.endOfTurnMs / 1000, {}, context);
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
