import { parentPort, workerData } from "node:worker_threads";
import type { ModelFiles, Report, Request } from "./messages.ts";
import type { Models } from "./models.ts";
import { Scheduler } from "./scheduler.ts";
import { Transcription } from "./transcription.ts";

/** A thread with one copy of the models, serving several sessions. */
const files: ModelFiles = workerData;
const port = parentPort;
if (!port) throw new Error("This file runs as a worker thread of @voxpipe/recognizer; import the package instead.");

const report = (message: Report): void => port.postMessage(message);

try {
  const { loadModels } = await import("./models.ts");
  serve(loadModels(files));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const code = message.startsWith("Could not find sherpa-onnx-node") ? "unsupported-platform" : "worker-failed";
  report({ type: "refused", code, message });
}

function serve(models: Models): void {
  const scheduler = new Scheduler(models.decode);
  port?.on("message", (request: Request) => {
    const { session } = request;
    switch (request.type) {
      case "open": {
        const listener = {
          heard: (hypothesis: Extract<Report, { type: "heard" }>["hypothesis"]) =>
            report({ type: "heard", session, hypothesis }),
          endpoint: (id: number, words: Extract<Report, { type: "endpoint" }>["words"]) =>
            report({ type: "endpoint", session, id, words }),
        };
        scheduler.add(session, new Transcription(models.voiceDetector(), listener));
        break;
      }
      case "audio":
        scheduler.get(session)?.write(request.samples);
        break;
      case "endpoint":
        scheduler.get(session)?.endpoint(request.id);
        break;
      case "close":
        scheduler.remove(session);
        break;
    }
    scheduler.wake();
  });
  report({ type: "ready" });
}
