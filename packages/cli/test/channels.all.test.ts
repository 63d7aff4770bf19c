import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Emulator, type Engine, startEmulator } from "@voxpipe/emulator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { wavFile } from "../src/input/wav.fixture.ts";
import { voxpipe } from "./voxpipe-process.ts";

const env = { ASSEMBLYAI_API_KEY: "a-key-for-tests" };
const said = {
  agent: [
    { text: "Hello,", start: 400, end: 700 },
    { text: "agent.", start: 750, end: 1_100 },
    { text: "Thanks.", start: 4_400, end: 4_900 },
  ],
  caller: [
    { text: "Good", start: 2_000, end: 2_300 },
    { text: "morning.", start: 2_350, end: 2_900 },
  ],
};
let folder = "";
let call = "";
let emulator: Emulator;

/** Hears the words of the side whose voice it is: the agent's is louder. */
const listening: Engine = {
  name: "listening",
  open(listener) {
    let heardMs = 0;
    let side: "agent" | "caller" | undefined;
    let cut = 0;
    const words = () =>
      (side === undefined ? [] : said[side])
        .filter(({ start }) => start >= cut && start < heardMs)
        .map((word) => ({ ...word, confidence: 0.9, final: word.end <= heardMs }));
    return {
      write(samples) {
        heardMs += samples.length / 16;
        const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        if (peak > 0.05) side ??= peak > 0.3 ? "agent" : "caller";
        listener.heard({ words: words(), heardMs });
      },
      endpoint: async () => {
        const last = words();
        cut = heardMs;
        return last;
      },
      close() {},
    };
  },
};

/** Six seconds with the agent on the left and the caller, who is quieter, on the right. */
function stereo(): Int16Array {
  const samples = new Int16Array(6_000 * 16 * 2);
  for (const [channel, [side, amplitude]] of Object.entries({ agent: 16_000, caller: 4_000 }).entries())
    for (const { start, end } of side === "agent" ? said.agent : said.caller)
      for (let at = start * 16; at < end * 16; at++)
        samples[at * 2 + channel] = Math.round(amplitude * Math.sin((at * 2 * Math.PI * 440) / 16_000));
  return samples;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-"));
  call = join(folder, "call.wav");
  await writeFile(call, wavFile({ samples: stereo(), channels: 2 }));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  emulator = await startEmulator({ edges: "exact", defaultModel: "universal-streaming-english", engine: listening });
});
afterEach(() => emulator.close());

const transcribe = (...args: string[]) => ["transcribe", ...args, "--host", emulator.url];

describe("voxpipe transcribe --channels", () => {
  it("transcribes each channel of a stereo recording by itself, and prints who said what", async () => {
    const { stdout, ...outcome } = await voxpipe(transcribe(call, "--channels", "agent,caller"), { env });
    expect(outcome).toEqual({ code: 0, signal: null, stderr: "" });
    expect(stdout.trimEnd().split("\n").sort()).toEqual([
      "agent: Hello, agent.",
      "agent: Thanks.",
      "caller: Good morning.",
    ]);
    expect(emulator.sessions).toHaveLength(2);
  });

  it("writes subtitles with voices, SRT, text and JSON", async () => {
    const file = join(folder, "call.vtt");
    expect(await voxpipe(transcribe(call, "--channels", "agent,caller", "--output", file), { env })).toMatchObject({
      code: 0,
    });
    const vtt = await readFile(file, "utf8");
    expect(vtt).toMatch(/^WEBVTT/);
    expect(vtt.match(/<v [^>]*>[^<\n]*/g)).toEqual([
      "<v agent>Hello, agent.",
      "<v caller>Good morning.",
      "<v agent>Thanks.",
    ]);
    const formats = ["srt", "text", "json"].map((format) =>
      voxpipe(transcribe(call, "--channels", "agent,caller", "--format", format), { env }),
    );
    const [srt, text, json] = await Promise.all(formats);
    expect(srt?.stdout).toMatch(/agent: Hello, agent\.[\s\S]*caller: Good morning\./);
    for (const line of ["agent: Hello, agent.", "caller: Good morning."]) expect(text?.stdout).toContain(line);
    const { turns } = JSON.parse(json?.stdout ?? "");
    expect(turns.map(({ channel }: { channel: string }) => channel)).toEqual(
      expect.arrayContaining(["agent", "caller"]),
    );
  });

  it("takes interleaved raw PCM with the flags that describe it, and prints events with their channel", async () => {
    const raw = new Uint8Array(stereo().buffer);
    const flags = ["--sample-rate", "16000", "--channels", "agent,caller", "--json"];
    const { code, stdout } = await voxpipe(transcribe("-", ...flags), { env, stdin: raw });
    expect(code).toBe(0);
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const finals = events
      .filter((event) => event.end_of_turn)
      .map(({ channel, transcript }) => `${channel}: ${transcript}`);
    expect(finals.sort()).toEqual(["agent: Hello, agent.", "agent: Thanks.", "caller: Good morning."]);
  });

  it("prints what the other channels said if one fails, and says which did", async () => {
    emulator.addFaults([{ when: { audioMs: 1_500 }, do: { error: 3_006, text: "Not like this" }, session: 1 }]);
    const { code, stdout, stderr } = await voxpipe(transcribe(call, "--channels", "agent,caller"), { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/(agent|caller) failed; the other channels continue/);
    expect(stderr).toContain("Not like this");
    expect(stdout).not.toBe("");
  });

  it("refuses audio whose channels it cannot take apart", async () => {
    const { code, stderr } = await voxpipe(transcribe("-", "--channels", "agent,caller"), {
      env,
      stdin: "OggS of nothing",
    });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/WAV/) });
  });

  it.each([
    [["--channels", "agent,caller,boss"], /has 2 channels, and --channels names 3/],
    [["--channels", "agent"], /Give each channel a name of its own/],
    [["--channels", "agent,agent"], /Give each channel a name of its own/],
  ])("refuses %j, with what to do", async (flags, message) => {
    const { code, stderr } = await voxpipe(transcribe(call, ...flags), { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(emulator.sessions).toHaveLength(0);
  });
});
