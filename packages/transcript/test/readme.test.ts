import { readFileSync } from "node:fs";
import { transform } from "esbuild";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as transcriptModule from "../src/index.ts";
import { recording } from "./recording.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
const said = "longer than any winter.";

beforeEach(() => {
  vi.stubGlobal(
    "VTTCue",
    class {
      text = "";
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

it("the README has an example for each task", () => {
  expect(examples.length).toBe(6);
});

it.each(examples.map((code, i) => ({ code, i })))(
  "example $i of the README runs and shows what was said",
  async ({ code }) => {
    const shown: string[] = [];
    const session = { events: events() };
    const transcript = transcriptModule.createTranscript();
    for (const { event } of recording("us-sample")) transcript.push(event);
    const cues: { text: string }[] = [];
    const video = {
      currentTime: 1,
      addTextTrack: () => ({ mode: "", addCue: (cue: { text: string }) => cues.push(cue) }),
    };
    const given = { ...transcriptModule, session, video, show: (...texts: string[]) => shown.push(texts.join(" ")) };
    const withTranscript = code.includes("const transcript =") ? given : { ...given, transcript };
    await run(code, withTranscript);
    const all = [...shown, ...cues.map(({ text }) => text)].join("\n").replaceAll("\n", " ");
    expect(all).toContain(said.split(" ").slice(1, 3).join(" "));
  },
);

function events() {
  const recorded = recording("us-sample");
  return new ReadableStream<transcriptModule.TranscriptEvent>({
    start(controller) {
      for (const { event } of recorded) controller.enqueue(event);
      controller.close();
    },
  });
}

/** Runs an example's code as the body of an async function; what it imports is among `given`. */
async function run(code: string, given: Readonly<Record<string, unknown>>): Promise<void> {
  const body = code.replace(/^import .*$/gm, "");
  const { code: plain } = await transform(`async function example() {${body}}`, { loader: "ts" });
  const names = Object.keys(given).filter((name) => !new RegExp(`const ${name}\\b`).test(body));
  await new Function(...names, `${plain}; return example();`)(...names.map((name) => given[name]));
}
