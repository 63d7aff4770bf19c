import type { Measure } from "../measure.ts";
import { runClient, startServer } from "../processes/child.ts";
import type { VariantName } from "../processes/child-tasks.ts";
import { columns, inTurns } from "../rounds.ts";

const sessions = 20;
/** Wall time of a frame of 50 ms: about 50 times real time. */
const tickMs = 1;
const goal = "≤ 1.35 × bare";

/** CPU time of the client process, with time compressed and every count of messages as in real time. */
export const cpu: Measure = async ({ certificate, full, rounds = 3, progress }) => {
  const seconds = full ? 400 : 200;
  const server = await startServer(certificate, { behaviour: "recognizes" });
  const run = (variant: VariantName, length: number) =>
    runClient(certificate, {
      task: "stream",
      variant,
      url: server.url,
      sessions,
      warmUpSeconds: 0,
      seconds: length,
      tickMs,
    });
  try {
    await run("bare", 50);
    const samples = await inTurns(["bare", "vendor", "streams", "ours", "oursPiped"], rounds, (variant) => {
      progress(`cpu: ${variant}`);
      return run(variant, seconds);
    });
    const unit = "s";
    const written = columns(samples, "cpuSecondsPerAudioHour");
    const plain = samples.get("streams")?.cpuSecondsPerAudioHour ?? [];
    const piped = samples.get("oursPiped")?.cpuSecondsPerAudioHour ?? [];
    return {
      rows: [
        { figure: "CPU per hour of audio, `writer.write`", unit, ...written, goal },
        { figure: "CPU per hour of audio, `pipeTo`", unit, ...written, ours: piped },
        { figure: "CPU per hour of audio, plain Web Streams instead of voxpipe", unit, ...written, ours: plain },
      ],
      notes: [
        `CPU: user and system time of the client process over TLS, from the first frame to the last turn; ${sessions} sessions of ${seconds} s, ${sessions * seconds * 20} frames of 50 ms, ${sessions * seconds * 5} turns of 12 words; one frame a session every ${tickMs} ms instead of 50; ${rounds} rounds.`,
        "CPU: ours with validation, timeline, replay buffer and pacer (its rate raised so that it never waits). With `pipeTo`, the source's ReadableStream is part of the figure. Plain Web Streams: the bare loop between a `WritableStream` and a `ReadableStream` that do nothing else, the least that any client with streams can cost.",
      ],
    };
  } finally {
    server.stop();
  }
};
