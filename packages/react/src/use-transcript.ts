import { idleSnapshot, type Transcriber } from "@voxpipe/transcriber";
import type { TranscriptSnapshot } from "@voxpipe/transcript";
import { useRef, useSyncExternalStore } from "react";
import { share } from "./share.ts";

/**
 * What was said, or a part of it. The component renders again only when the part is different: another value, or a list or
 * object with other entries.
 *
 * @param selector need not be the same function in each render
 * @example
 * ```tsx
 * const turns = useTranscript(transcriber, (transcript) => transcript.turns);
 * const lastFive = useTranscript(transcriber, ({ turns }) => turns.slice(-5));
 * ```
 */
export function useTranscript(transcriber: Transcriber): TranscriptSnapshot;
export function useTranscript<T>(transcriber: Transcriber, selector: (transcript: TranscriptSnapshot) => T): T;
export function useTranscript(
  transcriber: Transcriber,
  selector: (transcript: TranscriptSnapshot) => unknown = (transcript) => transcript,
): unknown {
  // A cache: what a render that React gives up leaves in it has the same entries.
  const last = useRef<unknown>(undefined);
  const select = ({ transcript }: { readonly transcript: TranscriptSnapshot }) => {
    const next = selector(transcript);
    // A transcript makes its parts when they are read, so they are not compared.
    last.current = next === transcript ? next : share(last.current, next);
    return last.current;
  };
  return useSyncExternalStore(
    transcriber.subscribe,
    () => select(transcriber.snapshot),
    () => select(idleSnapshot),
  );
}
