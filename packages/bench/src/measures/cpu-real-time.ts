import { runClient, startServer } from "../child.ts";
import type { VariantName } from "../child-tasks.ts";
import type { Measure } from "../measure.ts";

const sessions = 20;
const seconds = 400;
const tickMs = 50;

/** The same in real time: all clients at once, each in its own process, since CPU time is counted for each. */
export const cpuRealTime: Measure = async ({ certificate, progress }) => {
  progress(`cpu-real-time: ${seconds} s`);
  const run = async (variant: VariantName) => {
    const server = await startServer(certificate, { behaviour: "recognizes" });
    try {
      const task = { task: "stream", variant, url: server.url, sessions, seconds, tickMs } as const;
      return [(await runClient(certificate, task)).cpuSecondsPerAudioHour ?? Number.NaN];
    } finally {
      server.stop();
    }
  };
  const [bare, vendor, ours, piped] = await Promise.all([run("bare"), run("vendor"), run("ours"), run("oursPiped")]);
  const unit = "s";
  return {
    rows: [
      { figure: "CPU per hour of audio in real time, `writer.write`", unit, bare, vendor, ours, goal: "≤ 1.15 × bare" },
      { figure: "CPU per hour of audio in real time, `pipeTo`", unit, bare, vendor, ours: piped },
    ],
    notes: [
      `CPU in real time: as above, one frame a session every ${tickMs} ms, the clients beside each other, each with a server of its own; one round.`,
    ],
  };
};
