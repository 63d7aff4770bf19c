import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { EngineListener } from "../engine.ts";
import { RecognizerError } from "../recognizer-error.ts";
import type { ModelFiles, Report, Request, WorkerStart } from "./messages.ts";
import { NativeGate } from "./native-gate.ts";
import { RemoteSession } from "./remote-session.ts";

/** When run from source, this is the built worker: not every supported Node can run TypeScript in threads. */
const workerFile = new URL(import.meta.url.endsWith(".ts") ? "../../dist/worker.js" : "./worker.js", import.meta.url);

/** How long an exiting process waits for the current reading, in ms. */
const longestReading = 5_000;

/** A worker thread and its sessions. It keeps the process alive only while it has sessions. */
export class RecognizerThread {
  /** Resolves when the models are loaded; rejects with a `RecognizerError`. */
  readonly ready: Promise<void>;
  readonly #gate = new NativeGate();
  readonly #onProcessExit = () => this.#gate.shut(longestReading);
  readonly #worker: Worker;
  readonly #sessions = new Map<number, RemoteSession>();
  readonly #ended: Promise<void>;
  #opening = 0;
  #nextSession = 0;
  #failure: RecognizerError | undefined;

  constructor(files: ModelFiles, onEnd: () => void) {
    if (!existsSync(workerFile)) {
      throw new RecognizerError("worker-failed", `${fileURLToPath(workerFile)} is missing. Run \`pnpm build\` first.`);
    }
    const workerData: WorkerStart = { files, gate: this.#gate.memory };
    this.#worker = new Worker(workerFile, { workerData, name: "voxpipe-recognizer", execArgv: [] });
    process.on("exit", this.#onProcessExit);
    const { promise, resolve, reject } = deferred();
    this.ready = promise;
    // Callers that await it see the failure; otherwise it must not be an unhandled rejection.
    this.ready.catch(() => {});
    this.#worker.on("message", (report: Report) => {
      if (report.type === "ready") resolve();
      else if (report.type === "refused") {
        // The thread ends by itself: nothing keeps it alive.
        this.#failure = refusal(report.code, report.message);
      } else this.#deliver(report);
    });
    this.#worker.on("error", (error) => {
      this.#failure = new RecognizerError("worker-failed", `The recogniser's thread failed: ${String(error)}.`, {
        cause: error,
      });
    });
    this.#ended = new Promise((settled) => {
      this.#worker.on("exit", (code) => {
        process.off("exit", this.#onProcessExit);
        onEnd();
        const error =
          this.#failure ?? new RecognizerError("worker-failed", `The recogniser's thread ended with code ${code}.`);
        reject(error);
        for (const session of [...this.#sessions.values()]) session.fail(error);
        settled();
      });
    });
  }

  /** Sessions that are open or being opened. */
  get load(): number {
    return this.#opening + this.#sessions.size;
  }

  /** Waits for the models and starts a session. */
  async open(listener: EngineListener, maxBacklogMs: number): Promise<RemoteSession> {
    this.#opening++;
    this.#worker.ref();
    try {
      await this.ready;
    } finally {
      this.#opening--;
    }
    if (this.#failure) throw this.#failure;
    const id = this.#nextSession++;
    const send = (request: Request, transfer: ArrayBuffer[] = []) => this.#worker.postMessage(request, transfer);
    const session = new RemoteSession(id, listener, send, maxBacklogMs);
    this.#sessions.set(id, session);
    return session;
  }

  /** Closes its sessions and ends the thread, after the current reading. */
  async close(): Promise<void> {
    this.#failure ??= new RecognizerError("closed", "The recogniser was closed.");
    for (const session of [...this.#sessions.values()]) session.close();
    this.#worker.ref();
    const stop: Request = { type: "stop" };
    this.#worker.postMessage(stop);
    await this.#ended;
  }

  #deliver(report: Exclude<Report, { type: "ready" | "refused" }>): void {
    const session = this.#sessions.get(report.session);
    if (report.type === "heard") session?.heard(report.hypothesis);
    else if (report.type === "endpoint") session?.answered(report.id, report.words);
    else {
      this.#sessions.delete(report.session);
      // Only now is it certain that ending the thread interrupts nothing.
      if (this.load === 0 && !this.#failure) this.#worker.unref();
    }
  }
}

function refusal(code: RecognizerError["code"], message: string): RecognizerError {
  if (code !== "unsupported-platform") return new RecognizerError(code, `The models could not be loaded: ${message}`);
  return new RecognizerError(
    code,
    `There is no speech decoder for ${process.platform}-${process.arch}. sherpa-onnx-node has decoders for Linux, macOS and Windows; install with optional dependencies, or use a scripted engine.`,
  );
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } {
  let resolve: () => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
