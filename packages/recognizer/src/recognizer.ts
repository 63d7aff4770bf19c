import { availableParallelism } from "node:os";
import type { Engine, EngineListener, EngineSession } from "./engine.ts";
import { findModelFiles } from "./model-files.ts";
import { RecognizerError } from "./recognizer-error.ts";
import { RecognizerThread } from "./thread/recognizer-thread.ts";

/** Options of `recognizer`. */
export interface RecognizerOptions {
  /**
   * Most worker threads, each with its own copy of the models (about 200 MB). They start when sessions need them.
   * By default one for each processor, at most 4.
   */
  readonly threads?: number;
  /** Audio that may wait to be recognised before a session fails, in ms. 300 000 by default, as with the service. */
  readonly maxBacklogMs?: number;
  /** Folder of the model files; by default the one that comes with the package. */
  readonly models?: string | URL;
}

/**
 * An engine that recognises English speech offline: Moonshine tiny with Silero VAD, in worker threads.
 *
 * Throws a `RecognizerError`: `models-missing` when a model file is not there. `open` rejects with `worker-failed`,
 * `unsupported-platform` or `closed`; a session's `failed` gets `worker-failed` or `too-far-behind`.
 */
export function recognizer(options: RecognizerOptions = {}): Engine {
  const { threads: most = Math.min(4, availableParallelism()), maxBacklogMs = 300_000 } = options;
  for (const [name, value] of Object.entries({ threads: most, maxBacklogMs })) {
    if (!(value >= 1)) throw new RangeError(`${name} is ${value}; it must be at least 1.`);
  }
  const files = findModelFiles(options.models);
  const threads = new Set<RecognizerThread>();
  let closed = false;

  /** The idlest thread, or another one while all are busy and there may be more. */
  const chooseThread = (): RecognizerThread => {
    const idlest = [...threads].sort((a, b) => a.load - b.load)[0];
    if (idlest && (idlest.load === 0 || threads.size >= most)) return idlest;
    const started = new RecognizerThread(files, () => threads.delete(started));
    threads.add(started);
    return started;
  };

  return {
    name: "moonshine-tiny",
    async open(listener: EngineListener): Promise<EngineSession> {
      if (closed) throw new RecognizerError("closed", "The recogniser was closed; make another one with recognizer().");
      return await chooseThread().open(listener, maxBacklogMs);
    },
    async close() {
      closed = true;
      await Promise.all([...threads].map((thread) => thread.close()));
    },
  };
}
