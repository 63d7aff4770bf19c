import {
  idleSnapshot,
  type MicrophonesSnapshot,
  type Transcriber,
  unknownMicrophones,
  watchMicrophones,
} from "@voxpipe/transcriber";
import { useMemo, useSyncExternalStore } from "react";

/** The microphones to choose from. */
export interface Microphones extends MicrophonesSnapshot {
  /** The id of the one that was chosen; undefined: the system's default. */
  readonly chosen: string | undefined;
  /** Chooses one by its id; without an id, or with an empty one, the system's default. */
  readonly choose: Transcriber["setDevice"];
}

/**
 * The microphones of this machine, kept up to date.
 *
 * @example
 * ```tsx
 * const { devices, chosen, choose } = useMicrophones(transcriber);
 * ```
 */
export function useMicrophones(transcriber: Transcriber): Microphones {
  const watch = useMemo(() => watchMicrophones(transcriber), [transcriber]);
  const snapshot = useSyncExternalStore(
    watch.subscribe,
    () => watch.snapshot,
    () => unknownMicrophones,
  );
  const chosen = useSyncExternalStore(
    transcriber.subscribe,
    () => transcriber.snapshot.deviceId,
    () => idleSnapshot.deviceId,
  );
  return { ...snapshot, chosen, choose: transcriber.setDevice };
}
