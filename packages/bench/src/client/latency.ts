import { frameBytes, frameMs, framesPerSecond } from "../inputs/audio.ts";
import type { Figures } from "../processes/child.ts";
import type { TaskOf } from "../processes/child-tasks.ts";
import { percentile } from "../report/statistics.ts";
import { openAll } from "./open-all.ts";
import { loadVariant } from "./variant.ts";

/** Turns of the first second warm the process up, and do not count. */
const warmUpSeconds = 1;

/** Microseconds from the server's send to the reader's hand, while every session streams audio in real time. */
export async function measureLatency(task: TaskOf<"latency">): Promise<Figures> {
  const samples: number[] = [];
  let counting = false;
  const sessions = await openAll(await loadVariant(task.variant), task.url, task.sessions, ({ transcript }) => {
    const now = process.hrtime.bigint();
    if (counting) samples.push(Number(now - BigInt(transcript)) / 1000);
  });
  const frame = new Uint8Array(frameBytes);
  let frames = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      counting = ++frames > warmUpSeconds * framesPerSecond;
      for (const { connection } of sessions) void connection.send(frame);
      if (frames < (warmUpSeconds + task.seconds) * framesPerSecond) return;
      clearInterval(timer);
      resolve();
    }, frameMs);
  });
  return { p50: percentile(samples, 0.5), p99: percentile(samples, 0.99), samples: samples.length };
}
