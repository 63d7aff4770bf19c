import type { MicrophoneOptions, openMicrophone } from "@voxpipe/microphone";
import type { SourcesOptions, TranscriberOptions } from "../options.ts";
import {
  type Capture,
  type Captures,
  checkSource,
  type Handed,
  letGo,
  microphoneSource,
  type Source,
} from "./source.ts";

/** What was asked for as a source, once it is there. If this fails, or is given up, the caller lets go what was given. */
export async function givenSources(
  options: TranscriberOptions | SourcesOptions,
  handed: Promise<readonly Handed[]>,
  open: typeof openMicrophone,
  signal: AbortSignal,
): Promise<Source<Capture | Captures>> {
  if (options.sources) {
    const { severalSources } = await import("../several/several-sources.ts");
    return severalSources(options, handed, open, signal);
  }
  const [make] = await Promise.all((await handed).map((each) => sourceMaker(each, open, options.microphone)));
  signal.throwIfAborted();
  return make ? make() : microphoneSource(open, options.microphone);
}

/** Loads the code of a source, and checks it. What this resolves to takes it, without a wait, so that nothing is half taken. */
export async function sourceMaker(
  handed: Handed,
  open: typeof openMicrophone,
  fixed?: MicrophoneOptions,
): Promise<() => Source> {
  const { given, isOurs, since } = handed;
  if (isOurs && typeof given === "object" && given !== null && "setDevice" in given) {
    const { checkOpened, openedSource } = await import("./opened-source.ts");
    checkOpened(given);
    return () => openedSource(given, handed);
  }
  checkSource(given);
  if (given === undefined || given === "microphone") return () => microphoneSource(open, fixed);
  if ("getReader" in given) {
    const { checkPcm, pcmSource } = await import("./pcm-source.ts");
    checkPcm(given);
    return () => pcmSource(given, since);
  }
  return () => ({
    // A given stream has no device to choose.
    open: ({ deviceId, ...options }) => open({ ...fixed, ...options, stream: given, deviceId: undefined }),
    release: () => void letGo(handed).catch(() => {}),
  });
}
