import type { Measure } from "../measure.ts";
import { runClient, startServer } from "../processes/child.ts";
import { columns, inTurns } from "../rounds.ts";

const sessions = 1000;
const seconds = 10;

/** Memory of a session, in a process that holds a thousand. */
export const memory: Measure = async ({ certificate, full, rounds = 3, progress }) => {
  const times = full ? rounds : 1;
  const samples = await inTurns(["bare", "vendor", "ours"], times, async (variant) => {
    progress(`memory: ${variant}`);
    const server = await startServer(certificate, { behaviour: "recognizes" });
    try {
      return await runClient(certificate, { task: "memory", variant, url: server.url, sessions, seconds });
    } finally {
      server.stop();
    }
  });
  const unit = "KB";
  return {
    rows: [
      { figure: "Memory per open session: heap and external", unit, ...columns(samples, "openHeapKb") },
      { figure: "Memory per open session: resident", unit, ...columns(samples, "openRssKb") },
      {
        figure: `Memory per session after ${seconds} s of audio: heap and external`,
        unit,
        ...columns(samples, "streamedHeapKb"),
      },
      {
        figure: `Memory per session after ${seconds} s of audio: resident`,
        unit,
        ...columns(samples, "streamedRssKb"),
      },
    ],
    notes: [
      `Memory: growth of a process by ${sessions} sessions over TLS, garbage collected, divided by their number; ${times} round(s). A turn becomes final every 4 s; ours keeps the audio since the last final turn (here 2 s, 64 KB) for replay.`,
    ],
  };
};
