import { parse } from "valibot";
import { measureDecode } from "./client/decode.ts";
import { measureDrop } from "./client/drop.ts";
import { measureLatency } from "./client/latency.ts";
import { measureMemory } from "./client/memory.ts";
import { measureStall } from "./client/stall.ts";
import { measureStream } from "./client/stream.ts";
import type { Figures } from "./processes/child.ts";
import { type ClientTask, clientTask } from "./processes/child-tasks.ts";

function run(task: ClientTask): Promise<Figures> {
  switch (task.task) {
    case "stream":
      return measureStream(task);
    case "memory":
      return measureMemory(task);
    case "latency":
      return measureLatency(task);
    case "stall":
      return measureStall(task);
    case "drop":
      return measureDrop(task);
    case "decode":
      return measureDecode(task);
  }
}

const figures = await run(parse(clientTask, JSON.parse(process.argv[2] ?? "{}")));
process.send?.(figures, () => process.exit());
