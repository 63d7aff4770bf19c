import type { Clock } from "@voxpipe/core";

/** The platform's clock at `factor` times its speed: time-outs of seconds pass in a fraction of one. */
export function fastClock(factor: number): Clock {
  const start = performance.timeOrigin + performance.now();
  return {
    now: () => start + (performance.timeOrigin + performance.now() - start) * factor,
    after(ms, callback) {
      const timer = setTimeout(callback, ms / factor);
      return () => clearTimeout(timer);
    },
  };
}
