import { parentPort, workerData } from "node:worker_threads";
import type { Models } from "./models/models.ts";
import type { Report, Request, WorkerStart } from "./thread/messages.ts";
import { NativeGate } from "./thread/native-gate.ts";
import { Scheduler } from "./thread/scheduler.ts";
import { Transcription } from "./transcription.ts";

/** A thread with one copy of the models, for several sessions. */
const { files, gate: memory }: WorkerStart = workerData;
const port = parentPort;
if (!port) throw new Error("This file runs as a worker thread of @voxpipe/recognizer; import the package instead.");

const report = (message: Report): void => port.postMessage(message);
const gate = new NativeGate(memory);

try {
  const { loadModels } = await import("./models/models.ts");
  gate.pass(() => serve(loadModels(files)));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const code = message.startsWith("Could not find sherpa-onnx-node") ? "unsupported-platform" : "worker-failed";
  report({ type: "refused", code, message });
}

function serve(models: Models): void {
  const scheduler = new Scheduler(models.decode, (work) => gate.pass(work));
  port?.on("message", (request: Request) => {
    if (request.type === "stop") {
      scheduler.stop();
      port?.close();
      return;
    }
    gate.pass(() => handle(models, scheduler, request));
    scheduler.wake();
  });
  report({ type: "ready" });
}

function handle(models: Models, scheduler: Scheduler, request: Exclude<Request, { type: "stop" }>): void {
  const { session } = request;
  switch (request.type) {
    case "open":
      scheduler.add(
        session,
        new Transcription(models.voiceDetector(), {
          heard: (hypothesis) => report({ type: "heard", session, hypothesis }),
          endpoint: (id, words) => report({ type: "endpoint", session, id, words }),
        }),
      );
      break;
    case "audio":
      scheduler.get(session)?.write(request.samples);
      break;
    case "endpoint":
      scheduler.get(session)?.endpoint(request.id);
      break;
    case "close":
      scheduler.remove(session);
      report({ type: "closed", session });
      break;
  }
}
