import * as v from "valibot";
import { plain, said } from "./speech.ts";

/** What a client's user has at the end. */
const report = v.object({ finals: v.array(v.string()), errors: v.array(v.string()) });
export type Report = v.InferOutput<typeof report>;

/** @param printed whose last line is the report */
export function reportFrom(printed: string): Report {
  return v.parse(report, JSON.parse(printed.trim().split("\n").at(-1) ?? ""));
}

export interface Counts {
  readonly lost: number;
  readonly repeated: number;
}

export function count({ finals }: Report): Counts {
  const words = finals.flatMap((text) => text.split(" ").map(plain)).filter((word) => word !== "");
  const lost = said.filter((word) => !words.includes(word)).length;
  return { lost, repeated: words.length - new Set(words).size };
}
