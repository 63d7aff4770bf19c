import { availableParallelism } from "node:os";
import type { Engine, EngineListener, EngineSession } from "./engine.ts";
import { findModelFiles } from "./model-files.ts";
import { RecognizerError } from "./recognizer-error.ts";
import { RecognizerThread } from "./thread/recognizer-thread.ts";

/** Options of `recognizer`. */
export interface RecognizerOptions {
  /**
   * The most worker threads, each with its own copy of the models (about 200 MB). They start when sessions need them.
   * @default one per processor, at most 4
   */
  readonly threads?: number;
  /**
   * How much audio may wait to be recognised before a session fails, in ms.
   * @default 300_000
   */
  readonly maxBacklogMs?: number;
  /**
   * Folder of the model files.
   * @default the package's own
   */
  readonly models?: string | URL;
}

/**
 * Creates an engine that recognises English speech offline: Moonshine tiny with Silero VAD, in worker threads.
 *
 * `open` rejects with `worker-failed`, `unsupported-platform` or `closed`; a session's `failed` gets `worker-failed` or
 * `too-far-behind`.
 *
 * @throws RecognizerError `models-missing` if a model file is not there.
 * @example
 * const engine = recognizer();
 * const emulator = await startEmulator({ engine });
 */
export function recognizer(options: RecognizerOptions = {}): Engine {
  const { threads: most = Math.min(4, availableParallelism()), maxBacklogMs = 300_000 } = options;
  for (const [name, value] of Object.entries({ threads: most, maxBacklogMs })) {
    if (!(value >= 1)) throw new RangeError(`${name} is ${value}; it must be at least 1.`);
  }
  const files = findModelFiles(options.models);
  const threads = new Set<RecognizerThread>();
  let closed = false;

  /** The least busy thread; another one if all are busy and more are allowed. */
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
      if (closed)
        throw new RecognizerError("closed", "The recogniser was closed; create another one with recognizer().");
      return await chooseThread().open(listener, maxBacklogMs);
    },
    async close() {
      closed = true;
      await Promise.all([...threads].map((thread) => thread.close()));
    },
  };
}
