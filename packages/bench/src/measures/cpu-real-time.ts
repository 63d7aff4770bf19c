import type { Measure } from "../measure.ts";
import { runClient, startServer } from "../processes/child.ts";
import type { VariantName } from "../processes/child-tasks.ts";

const sessions = 20;
/** Streamed fast before, so that compiling does not weigh more than in a longer run. */
const warmUpSeconds = 100;
const tickMs = 50;

/** The same in real time: all clients at once, each in its own process, since CPU time is counted for each. */
export const cpuRealTime: Measure = async ({ certificate, full, progress }) => {
  const seconds = full ? 400 : 60;
  progress(`cpu-real-time: ${seconds} s`);
  const run = async (variant: VariantName) => {
    const server = await startServer(certificate, { behaviour: "recognizes" });
    try {
      const task = { task: "stream", variant, url: server.url, sessions, warmUpSeconds, seconds, tickMs } as const;
      return [(await runClient(certificate, task)).cpuSecondsPerAudioHour ?? Number.NaN];
    } finally {
      server.stop();
    }
  };
  const [bare, vendor, plain, ours, piped] = await Promise.all([
    run("bare"),
    run("vendor"),
    run("streams"),
    run("ours"),
    run("oursPiped"),
  ]);
  const unit = "s";
  return {
    rows: [
      { figure: "CPU per hour of audio in real time, `writer.write`", unit, bare, vendor, ours, goal: "≤ 1.15 × bare" },
      { figure: "CPU per hour of audio in real time, `pipeTo`", unit, bare, vendor, ours: piped },
      {
        figure: "CPU per hour of audio in real time, plain Web Streams instead of voxpipe",
        unit,
        bare,
        vendor,
        ours: plain,
      },
    ],
    notes: [
      `CPU in real time: ${sessions} sessions of ${seconds} s after ${warmUpSeconds} s sent fast; one frame a session every ${tickMs} ms, the sessions' timers spread over them; all clients at the same time, each with a server of its own; one round. Here a frame costs a wake-up of its own; in compressed time many share one, so all that a client adds weighs more.`,
    ],
  };
};
