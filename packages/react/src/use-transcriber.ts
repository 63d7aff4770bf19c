import { idleSnapshot, type Transcriber, type TranscriberSnapshot } from "@voxpipe/transcriber";
import { useEffect, useMemo, useSyncExternalStore } from "react";

export interface UseTranscriberOptions {
  /**
   * Whether the transcriber stops when the last component with `useTranscriber` for it is gone.
   * @default true
   */
  readonly stopOnUnmount?: boolean | undefined;
}

type State = Omit<TranscriberSnapshot, "transcript">;
type Action = "start" | "stop" | "abort" | "pause" | "resume" | "mute" | "unmute" | "setDevice" | "clear";

/** The state of a transcriber, without what was said, and its functions, which stay the same. */
export interface TranscriberControls extends State, Pick<Transcriber, Action> {}

/** Mounted components of each transcriber. */
const users = new WeakMap<Transcriber, number>();

/**
 * State and functions of a transcriber. The component renders again only when something changes that it has read: one that
 * reads `status` alone never does for words, levels or a choice of device.
 *
 * @example
 * ```tsx
 * const { status, start, stop } = useTranscriber(transcriber);
 * ```
 */
export function useTranscriber(
  transcriber: Transcriber,
  { stopOnUnmount = true }: UseTranscriberOptions = {},
): TranscriberControls {
  useEffect(() => {
    if (!stopOnUnmount) return;
    const count = (change: number) => {
      const now = (users.get(transcriber) ?? 0) + change;
      users.set(transcriber, now);
      return now;
    };
    count(1);
    return () => {
      count(-1);
      // Another component may take its place in this commit, or the same one again, in StrictMode and after a hot reload.
      queueMicrotask(() => count(0) === 0 && void transcriber.stop());
    };
  }, [transcriber, stopOnUnmount]);
  const reading = useMemo(() => readingOf(transcriber), [transcriber]);
  reading.refresh();
  const state = useSyncExternalStore(transcriber.subscribe, reading.state, () => idleSnapshot);
  const read = <K extends keyof State>(name: K): State[K] => {
    reading.names.add(name);
    return state[name];
  };
  return {
    get status() {
      return read("status");
    },
    get muted() {
      return read("muted");
    },
    get deviceId() {
      return read("deviceId");
    },
    get device() {
      return read("device");
    },
    get interrupted() {
      return read("interrupted");
    },
    get droppedMs() {
      return read("droppedMs");
    },
    get channels() {
      return read("channels");
    },
    get error() {
      return read("error");
    },
    start: transcriber.start,
    stop: transcriber.stop,
    abort: transcriber.abort,
    pause: transcriber.pause,
    resume: transcriber.resume,
    mute: transcriber.mute,
    unmute: transcriber.unmute,
    setDevice: transcriber.setDevice,
    clear: transcriber.clear,
  };
}

/** What one component has read of a transcriber. A render that React gives up may add to it: that costs a render at most. */
function readingOf(transcriber: Transcriber) {
  const names = new Set<keyof State>();
  let kept: State;
  return {
    names,
    /** Called in each render, so that what is read for the first time is up to date. */
    refresh() {
      kept = transcriber.snapshot;
    },
    /** The same object until something that was read is different. */
    state() {
      const now = transcriber.snapshot;
      for (const name of names) if (now[name] !== kept[name]) kept = now;
      return kept;
    },
  };
}
