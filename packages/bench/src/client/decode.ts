import { pathToFileURL } from "node:url";
import { turnTexts } from "../inputs/turn-script.ts";
import type { Figures } from "../processes/child.ts";
import type { TaskOf } from "../processes/child-tasks.ts";
import { median } from "../report/statistics.ts";

const messages = 200;

/** Microseconds a message for `JSON.parse` alone and for `decode`, in turns on the same texts. */
export async function measureDecode(task: TaskOf<"decode">): Promise<Figures> {
  const { decode } = await import(pathToFileURL(task.bundle).href);
  const texts = turnTexts(messages, task.words);
  const repeats = Math.ceil(1000 / task.words);
  const time = (read: (text: string) => unknown) => {
    const started = performance.now();
    for (let i = 0; i < repeats; i++) for (const text of texts) read(text);
    return ((performance.now() - started) * 1000) / (repeats * messages);
  };
  const parse: number[] = [];
  const validated: number[] = [];
  const ratios: number[] = [];
  for (let round = -5; round < task.rounds; round++) {
    const alone = time(JSON.parse);
    const whole = time(decode);
    if (round < 0) continue;
    parse.push(alone);
    validated.push(whole);
    ratios.push(whole / alone);
  }
  return { parse: median(parse), validated: median(validated), ratio: median(ratios) };
}
