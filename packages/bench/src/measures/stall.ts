import type { Measure } from "../measure.ts";
import { runClient, startServer } from "../processes/child.ts";
import { columns, inTurns } from "../rounds.ts";

const writes = 40_000;

/** The cost of a peer that stops reading, while the source continues. */
export const stall: Measure = async ({ certificate, full, progress }) => {
  const seconds = full ? 30 : 6;
  const samples = await inTurns(["bare", "vendor", "ours"], 1, async (variant) => {
    progress(`stall: ${variant}`);
    const server = await startServer(certificate, { behaviour: "stalls" });
    try {
      return await runClient(certificate, { task: "stall", variant, url: server.url, writes, seconds });
    } finally {
      server.stop();
    }
  });
  const unit = "MB";
  return {
    rows: [
      { figure: "Stalled peer: audio taken from the source", unit, ...columns(samples, "takenMb") },
      { figure: "Stalled peer: waiting in the socket object", unit, ...columns(samples, "socketMb") },
      { figure: "Stalled peer: heap and external grown by", unit, ...columns(samples, "heapMb") },
      { figure: "Stalled peer: resident memory grown by", unit, ...columns(samples, "rssMb") },
    ],
    notes: [
      `Stall: the peer reads nothing after Begin; the source offers ${writes} frames of 50 ms (${(writes * 1600) / 1e6} MB) for at most ${seconds} s, as fast as they are taken. The system's socket buffers, outside the process, take some megabytes in all cases. Ours keeps 60 s of sent audio (1.9 MB) for replay, 64 KB in the socket and 1 s before it; what it does not take stays with the source. Its session does not report how much waits in its socket.`,
    ],
  };
};
