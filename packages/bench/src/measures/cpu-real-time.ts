import type { Measure } from "../measure.ts";
import { runClient, startServer } from "../processes/child.ts";
import type { VariantName } from "../processes/child-tasks.ts";
import { allAtOnce, columns } from "../rounds.ts";

const sessions = 20;
/** Streamed fast before, so that compiling does not weigh more than in a longer run. */
const warmUpSeconds = 100;
const tickMs = 50;
const goal = "≤ 1.15 × bare";

/** The same in real time: all clients at once, each in its own process, since CPU time is counted for each. */
export const cpuRealTime: Measure = async ({ certificate, full, rounds = 5, progress }) => {
  const seconds = full ? 400 : 30;
  let round = 0;
  const samples = await allAtOnce(
    ["bare", "vendor", "streams", "ours", "oursPiped"],
    rounds,
    async (variant: VariantName) => {
      const server = await startServer(certificate, { behaviour: "recognizes" });
      try {
        const task = { task: "stream", variant, url: server.url, sessions, warmUpSeconds, seconds, tickMs } as const;
        return await runClient(certificate, task);
      } finally {
        server.stop();
      }
    },
    () => progress(`cpu-real-time: ${seconds} s, round ${++round} of ${rounds}`),
  );
  const unit = "s";
  const written = columns(samples, "cpuSecondsPerAudioHour");
  const plain = samples.get("streams")?.cpuSecondsPerAudioHour ?? [];
  const piped = samples.get("oursPiped")?.cpuSecondsPerAudioHour ?? [];
  const figure = "CPU per hour of audio in real time";
  return {
    rows: [
      { figure: `${figure}, \`writer.write\``, unit, ...written, goal },
      { figure: `${figure}, \`pipeTo\``, unit, ...written, ours: piped },
      { figure: `${figure}, plain Web Streams instead of voxpipe`, unit, ...written, ours: plain },
    ],
    notes: [
      `CPU in real time: ${sessions} sessions of ${seconds} s after ${warmUpSeconds} s sent fast; one frame a session every ${tickMs} ms, the sessions' timers spread over them; all clients at the same time, each with a server of its own, fresh in each of ${rounds} rounds. Here a frame costs a wake-up of its own; in compressed time many share one, so all that a client adds weighs more.`,
    ],
  };
};
