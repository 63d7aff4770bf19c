import { setTimeout as delay } from "node:timers/promises";
import { frameMs } from "../inputs/audio.ts";
import { markedFrame } from "../inputs/watermark.ts";
import type { Figures } from "../processes/child.ts";
import type { TaskOf } from "../processes/child-tasks.ts";
import { type Connection, loadVariant } from "./variant.ts";

/** Streams marked audio in real time through a connection that the server breaks. The server counts what came. */
export async function measureDrop(task: TaskOf<"drop">): Promise<Figures> {
  const variant = await loadVariant(task.variant);
  let connection: Connection | undefined = await variant.open(task.url, () => {});
  const reopen = async () => {
    connection = undefined;
    connection = await variant.open(task.url, () => {});
  };
  for (let frame = 0; frame < task.frames; frame++) {
    if (task.reopen && connection?.lost) void reopen();
    try {
      void connection?.send(markedFrame(frame));
    } catch {
      // The client rejects audio for a lost session; a live source cannot wait for the next one.
    }
    await delay(frameMs);
  }
  await connection?.close();
  return {};
}
