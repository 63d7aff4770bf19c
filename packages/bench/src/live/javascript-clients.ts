import { setTimeout as delay } from "node:timers/promises";
import { StreamingTranscriber } from "assemblyai";
import { connect } from "voxpipe";
import type { Report } from "./outcome.ts";
import { frameMs, frames } from "./speech.ts";

/** One session as its documentation shows it, in real time. Resolves when the client says that it is over. */
export type LiveClient = (url: string) => Promise<Report>;

const ours: LiveClient = async (apiHost) => {
  const report: Report = { finals: [], errors: [] };
  const session = connect({ apiHost, apiKey: "example", sampleRate: 16_000 });
  const reading = (async () => {
    for await (const event of session.events)
      if (event.type === "Turn" && event.end_of_turn) report.finals.push(event.transcript);
  })();
  const writer = session.audio.getWriter();
  try {
    for (const frame of frames()) {
      await writer.ready;
      void writer.write(frame).catch(() => {});
      await delay(frameMs);
    }
    await writer.close();
    await reading;
  } catch (error) {
    report.errors.push(messageOf(error));
  }
  await Promise.allSettled([reading, session.closed]);
  return report;
};

function vendor(connectTimeout?: number): LiveClient {
  return async (url) => {
    const report: Report = { finals: [], errors: [] };
    const transcriber = new StreamingTranscriber({
      apiKey: "example",
      websocketBaseUrl: `${url}/v3/ws`,
      sampleRate: 16_000,
      speechModel: "universal-3-5-pro",
      ...(connectTimeout !== undefined && { connectTimeout }),
    });
    transcriber.on("turn", (turn) => {
      if (turn.end_of_turn) report.finals.push(turn.transcript);
    });
    transcriber.on("error", (error) => report.errors.push(messageOf(error)));
    transcriber.on("close", (code, reason) => {
      if (code !== 1_000) report.errors.push(`closed with ${code} ${reason}`.trim());
    });
    try {
      await transcriber.connect();
      for (const frame of frames()) {
        transcriber.sendAudio(frame.buffer);
        await delay(frameMs);
      }
      await transcriber.close();
    } catch (error) {
      report.errors.push(messageOf(error));
    }
    return report;
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const javascriptClients = {
  voxpipe: ours,
  assemblyai: vendor(),
  "assemblyai, connectTimeout 10 s": vendor(10_000),
} as const satisfies Record<string, LiveClient>;
