import type { Level } from "@voxpipe/audio";
import { listen, notify } from "./notify.ts";

// Of no sound at all, in dBFS.
const peak = Math.log10(0);
export const silence: Level = Object.freeze({ rms: peak, peak });

/** Ms between two looks: microphones measure that often. */
const interval = 50;

/**
 * Reports the level to those who watch it. There is a timer only while someone watches and something is captured.
 *
 * @param read the present level; undefined while nothing is captured
 */
export function levelWatch(read: () => Level | undefined) {
  const listeners = new Set<(level: Level) => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let last = silence;

  const now = () => read() ?? silence;

  const look = () => {
    const level = now();
    if (level.rms === last.rms && level.peak === last.peak) return;
    last = level;
    notify(listeners, last);
  };

  /** Call it when a capture has begun or ended. */
  const update = () => {
    if (listeners.size && read()) timer ??= setInterval(look, interval);
    else {
      clearInterval(timer);
      timer = undefined;
      look();
    }
  };

  const watch = (listener: (level: Level) => void) => {
    const leave = listen(listeners, listener);
    update();
    return () => {
      leave();
      update();
    };
  };

  return { now, update, watch };
}
