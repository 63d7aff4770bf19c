import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { EngineListener } from "./engine.ts";
import type { ModelFiles, Report } from "./messages.ts";
import { RecognizerError } from "./recognizer-error.ts";
import { RemoteSession } from "./remote-session.ts";

/** Run from source, the worker is the built one: threads cannot run TypeScript on every supported Node. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "../dist/worker.js" : "./worker.js", import.meta.url);

/** A worker thread and the sessions that it serves. It keeps the process alive only while it has sessions. */
export class RecognizerThread {
  /** Resolves when the models are loaded; rejects with a `RecognizerError`. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #sessions = new Map<number, RemoteSession>();
  readonly #ended: Promise<void>;
  #reserved = 0;
  #nextSession = 0;
  #failure: RecognizerError | undefined;

  constructor(files: ModelFiles, onEnd: () => void) {
    if (!existsSync(WORKER)) {
      throw new RecognizerError("worker-failed", `${fileURLToPath(WORKER)} is missing. Run \`pnpm build\` first.`);
    }
    this.#worker = new Worker(WORKER, { workerData: files, name: "voxpipe-recognizer" });
    const { promise, resolve, reject } = deferred();
    this.ready = promise;
    // Whoever waits for it sees the failure; nobody else needs to.
    this.ready.catch(() => {});
    this.#worker.on("message", (report: Report) => {
      if (report.type === "ready") resolve();
      else if (report.type === "refused") {
        this.#failure = refusal(report.code, report.message);
        void this.#worker.terminate();
      } else this.#deliver(report);
    });
    this.#worker.on("error", (error) => {
      this.#failure = new RecognizerError("worker-failed", `The recogniser's thread failed: ${String(error)}.`, {
        cause: error,
      });
    });
    this.#ended = new Promise((settled) => {
      this.#worker.on("exit", (code) => {
        onEnd();
        const error =
          this.#failure ?? new RecognizerError("worker-failed", `The recogniser's thread ended with code ${code}.`);
        reject(error);
        for (const session of [...this.#sessions.values()]) session.fail(error);
        settled();
      });
    });
  }

  /** Sessions that it serves or is about to. */
  get load(): number {
    return this.#reserved;
  }

  /** Waits for the models and starts a session. */
  async open(listener: EngineListener, maxBacklogMs: number): Promise<RemoteSession> {
    this.#reserve(1);
    try {
      await this.ready;
    } catch (error) {
      this.#reserve(-1);
      throw error;
    }
    const id = this.#nextSession++;
    const link = {
      send: (request: Parameters<Worker["postMessage"]>[0], transfer: ArrayBuffer[] = []) =>
        this.#worker.postMessage(request, transfer),
      release: () => {
        this.#sessions.delete(id);
        this.#reserve(-1);
      },
    };
    const session = new RemoteSession(id, listener, link, maxBacklogMs);
    this.#sessions.set(id, session);
    return session;
  }

  /** Closes its sessions and ends the thread. */
  async close(): Promise<void> {
    this.#failure ??= new RecognizerError("closed", "The recogniser was closed.");
    for (const session of [...this.#sessions.values()]) session.close();
    await this.#worker.terminate();
    await this.#ended;
  }

  #reserve(change: 1 | -1): void {
    this.#reserved += change;
    if (this.#reserved > 0) this.#worker.ref();
    else this.#worker.unref();
  }

  #deliver(report: Extract<Report, { type: "heard" | "endpoint" }>): void {
    const session = this.#sessions.get(report.session);
    if (report.type === "heard") session?.heard(report.hypothesis);
    else session?.answered(report.id, report.words);
  }
}

function refusal(code: RecognizerError["code"], message: string): RecognizerError {
  if (code !== "unsupported-platform") return new RecognizerError(code, `The models could not be loaded: ${message}`);
  return new RecognizerError(
    code,
    `There is no speech decoder for ${process.platform}-${process.arch} here. sherpa-onnx-node has one for Linux, macOS and Windows; install without leaving out optional dependencies, or use a scripted engine.`,
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
