import type { Measure } from "../measure.ts";
import { runClient, startServer } from "../processes/child.ts";
import { columns, inTurns } from "../rounds.ts";

const sessions = 20;

/** Time from the server's send to the reader's hand. */
export const latency: Measure = async ({ certificate, full, rounds = 3, progress }) => {
  const seconds = full ? 20 : 4;
  const samples = await inTurns(["bare", "vendor", "ours"], rounds, async (variant) => {
    progress(`latency: ${variant}`);
    const server = await startServer(certificate, { behaviour: "stamps" });
    try {
      return await runClient(certificate, { task: "latency", variant, url: server.url, sessions, seconds });
    } finally {
      server.stop();
    }
  });
  const unit = "µs";
  return {
    rows: [
      { figure: "Server's send to reader's hand, p50", unit, ...columns(samples, "p50") },
      { figure: "Server's send to reader's hand, p99", unit, ...columns(samples, "p99"), goal: "≤ 1.5 × bare" },
    ],
    notes: [
      `Latency: both processes read the machine's monotonic clock; ${sessions} sessions that stream in real time and get a 12-word turn every 50 ms, ${seconds} s after a second of warm-up, about ${sessions * 20 * seconds} samples a round, ${rounds} rounds (the figure: the median of the rounds' percentiles).`,
    ],
  };
};
