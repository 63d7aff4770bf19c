import type { MicrophoneOptions, openMicrophone } from "@voxpipe/microphone";
import type { SourcesOptions, TranscriberOptions } from "../options.ts";
import {
  type Asked,
  type Capture,
  type Captures,
  checkSource,
  type Given,
  letGo,
  microphoneSource,
  type Source,
} from "./source.ts";

/** What was asked for as a source, once it is there. It is let go if that fails, or as soon as `signal` aborts. */
export async function givenSources(
  options: TranscriberOptions | SourcesOptions,
  asked: readonly Asked[],
  open: typeof openMicrophone,
  signal: AbortSignal,
): Promise<Source<Capture | Captures>> {
  const undo = () => letGo(asked);
  if (signal.aborted) undo();
  signal.addEventListener("abort", undo);
  try {
    if (options.sources) {
      const { severalSources } = await import("../several/several-sources.ts");
      return await severalSources(options, asked, open, signal);
    }
    const given = await asked[0];
    signal.throwIfAborted();
    return await givenSource(given, asked[0] instanceof Promise, open, options.microphone);
  } catch (error) {
    if (!signal.aborted) undo();
    throw error;
  } finally {
    signal.removeEventListener("abort", undo);
  }
}

/**
 * @param isOurs whether it was made for this run, and is to be stopped behind it
 * @param since when it was given, on the clock of `performance`
 */
export async function givenSource(
  given: Given,
  isOurs: boolean,
  open: typeof openMicrophone,
  fixed?: MicrophoneOptions,
  since = performance.now(),
): Promise<Source> {
  if (isOurs && typeof given === "object" && given !== null && "setDevice" in given)
    return (await import("./opened-source.ts")).openedSource(given, since);
  checkSource(given);
  if (given === undefined || given === "microphone") return microphoneSource(open, fixed);
  if ("getReader" in given) return (await import("./pcm-source.ts")).pcmSource(given);
  return {
    // A given stream has no device to choose.
    open: ({ deviceId, ...options }) => open({ ...fixed, ...options, stream: given, deviceId: undefined }),
    release() {
      if (isOurs) letGo([Promise.resolve(given)]);
    },
  };
}
