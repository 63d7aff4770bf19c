import type { Figures } from "../processes/child.ts";
import type { TaskOf } from "../processes/child-tasks.ts";
import { openAll } from "./open-all.ts";
import { streamAll } from "./streaming.ts";
import { loadVariant } from "./variant.ts";

/** CPU time of this process, user and system, from the first frame until the last turn was read. */
export async function measureStream(task: TaskOf<"stream">): Promise<Figures> {
  const sessions = await openAll(await loadVariant(task.variant), task.url, task.sessions);
  await streamAll(sessions, task.warmUpSeconds, 1);
  const started = performance.now();
  const before = process.cpuUsage();
  await streamAll(sessions, task.seconds, task.tickMs);
  const { user, system } = process.cpuUsage(before);
  const audioHours = (task.sessions * task.seconds) / 3600;
  return {
    cpuSecondsPerAudioHour: (user + system) / 1e6 / audioHours,
    wallSeconds: (performance.now() - started) / 1000,
  };
}
