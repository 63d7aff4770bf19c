import { setTimeout as delay } from "node:timers/promises";
import type { Figures } from "../processes/child.ts";
import type { TaskOf } from "../processes/child-tasks.ts";
import { openAll } from "./open-all.ts";
import { streamAll } from "./streaming.ts";
import { loadVariant } from "./variant.ts";

/** KB of a session: when it is open, and when it has streamed `seconds` of audio. */
export async function measureMemory(task: TaskOf<"memory">): Promise<Figures> {
  const variant = await loadVariant(task.variant);
  const warmUp = await variant.open(task.url, () => {});
  await warmUp.close();
  const before = await settledMemory();
  const sessions = await openAll(variant, task.url, task.sessions);
  const open = await settledMemory();
  await streamAll(sessions, task.seconds, 1);
  const streamed = await settledMemory();
  const each = (memory: Memory, kind: keyof Memory) => (memory[kind] - before[kind]) / 1024 / sessions.length;
  return {
    openHeapKb: each(open, "heap"),
    openRssKb: each(open, "rss"),
    streamedHeapKb: each(streamed, "heap"),
    streamedRssKb: each(streamed, "rss"),
  };
}

export interface Memory {
  /** What garbage collection leaves, on and off the JavaScript heap, in bytes. `external` contains the array buffers. */
  readonly heap: number;
  readonly rss: number;
}

/** Memory once garbage is gone: collected twice, with time for finalizers between. */
export async function settledMemory(): Promise<Memory> {
  for (let i = 0; i < 2; i++) {
    globalThis.gc?.();
    await delay(100);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}
