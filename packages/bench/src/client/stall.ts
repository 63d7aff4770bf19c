import { setTimeout as delay, setImmediate as turnOfTheLoop } from "node:timers/promises";
import { frameBytes } from "../inputs/audio.ts";
import type { Figures } from "../processes/child.ts";
import type { TaskOf } from "../processes/child-tasks.ts";
import { settledMemory } from "./memory.ts";
import { loadVariant } from "./variant.ts";

/** Sockets get a chance to write after this number of frames. */
const framesPerLoop = 20;

/** An endless source before a peer that does not read: what the process grows by, and what the client took. */
export async function measureStall(task: TaskOf<"stall">): Promise<Figures> {
  const variant = await loadVariant(task.variant);
  const before = await settledMemory();
  const connection = await variant.open(task.url, () => {});
  const deadline = delay(task.seconds * 1000);
  let taken = 0;
  let over = false;
  void deadline.then(() => {
    over = true;
  });
  while (taken < task.writes && !over) {
    // As a source has it, every frame is memory of its own.
    await Promise.race([connection.send(new Uint8Array(frameBytes)), deadline]);
    if (!over) taken++;
    if (taken % framesPerLoop === 0) await turnOfTheLoop();
  }
  const after = await settledMemory();
  return {
    takenMb: (taken * frameBytes) / 1e6,
    heapMb: (after.heap - before.heap) / 1e6,
    rssMb: (after.rss - before.rss) / 1e6,
    ...(connection.bufferedAmount === undefined ? {} : { socketMb: connection.bufferedAmount / 1e6 }),
  };
}
