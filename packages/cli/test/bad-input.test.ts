import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "@voxpipe/emulator";
import { freePort } from "@voxpipe/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wavFile } from "../src/input/wav.fixture.ts";
import { engine, speechWav } from "./speech.ts";
import { type Outcome, voxpipe } from "./voxpipe-process.ts";

/** True times of words, and sessions of US unless they say otherwise. */
const exact = { edges: "exact", defaultModel: "universal-streaming-english" } as const;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** One line, ours, with no stack in it. */
function expectOneLine({ stderr }: Outcome, message: RegExp): void {
  expect(stderr).toMatch(/^voxpipe: [^\n]+\n$/);
  expect(stderr).not.toMatch(/\n? {2,}at /);
  expect(stderr).toMatch(message);
}

const credentials = { ASSEMBLYAI_API_KEY: "a-key-for-tests" };
const wav = speechWav();

describe("bad input is reported in one line, with exit code 2", () => {
  it.each<[string, () => Promise<string[]>, RegExp]>([
    ["a missing file", async () => [join(folder, "no.wav")], /no\.wav does not exist\. Check/],
    ["an empty file", async () => [await file("empty.wav", "")], /empty\.wav is empty\. Check/],
    [
      "a directory",
      () => mkdir(join(folder, "d")).then(() => [join(folder, "d")]),
      /is a directory\. Name one audio file/,
    ],
    [
      "a file that is not audio",
      async () => [await file("a.txt", "Dear diary")],
      /a\.txt is not audio .*--sample-rate.*ffmpeg/,
    ],
    [
      "a WAV cut in its header",
      async () => [await file("cut.wav", wav.subarray(0, 30))],
      /before any audio\. Copy or record/,
    ],
    [
      "a WAV in an unsupported codec",
      async () => [await file("adpcm.wav", wavFile({ samples: new Int16Array(99), format: 17 }))],
      /IMA ADPCM.* Convert it/,
    ],
    [
      "a WAV sampled too slowly",
      async () => [await file("slow.wav", wavFile({ samples: new Int16Array(99), sampleRate: 4000 }))],
      /4000 Hz; speech needs at least 8000 Hz\. Record it/,
    ],
    ["a rate below 8000", async () => ["a.raw", "--sample-rate", "4000"], /'4000' is invalid\. Use .* 8000 to 96000/],
    ["an unknown option", async () => ["a.wav", "--loud"], /unknown option '--loud'\. See voxpipe transcribe --help/],
    ["an empty pipe", async () => ["-"], /standard input is empty/],
    [
      "what is no host",
      async () => [await file("a.wav", wav), "--host", "not a host"],
      /--host: "not a host" is not valid/,
    ],
  ])("%s", async (_, args, message) => {
    const outcome = await voxpipe(["transcribe", ...(await args())], { env: credentials });
    expectOneLine(outcome, message);
    expect(outcome).toMatchObject({ code: 2, stdout: "" });
  });

  it("a file whose name would turn the terminal's text around", async () => {
    const outcome = await voxpipe(["transcribe", "a\u202evaw.\x9b2J"], { env: credentials });
    expect(outcome.stderr).toBe("voxpipe: avaw. 2J does not exist. Check its name and folder.\n");
  });

  it("no credentials", async () => {
    const outcome = await voxpipe(["transcribe", await file("talk.wav", wav)]);
    expectOneLine(outcome, /No credentials\. Set ASSEMBLYAI_API_KEY, .*--token, or use --local/);
    expect(outcome.code).toBe(2);
  });
});

describe("a failed session is reported in one line, with exit code 1", () => {
  it("an unreachable host", async () => {
    const path = await file("talk.wav", wav);
    const outcome = await voxpipe(["transcribe", path, "--host", `ws://127.0.0.1:${await freePort()}`], {
      env: credentials,
    });
    expectOneLine(outcome, /No connection to 127\.0\.0\.1:\d+: .*ECONNREFUSED.* Check --host and the network\./);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
  });

  it("a refused key, which is not shown", async () => {
    await using emulator = await startEmulator({ ...exact, engine: engine(), apiKeys: ["the-right-key"] });
    const path = await file("talk.wav", wav);
    const outcome = await voxpipe(["transcribe", path, "--host", emulator.url], { env: credentials });
    expectOneLine(outcome, /Invalid API key.* Check the key or token, and that the account may stream/);
    expect(outcome).toMatchObject({ code: 1, stdout: "" });
    expect(outcome.stderr).not.toContain(credentials.ASSEMBLYAI_API_KEY);
  });

  it("a failure in the middle, after the turns that were finished", async () => {
    const faults = [{ when: "final", do: { error: 3007 } }] as const;
    await using emulator = await startEmulator({ ...exact, engine: engine(), faults });
    const path = await file("talk.wav", wav);
    const outcome = await voxpipe(["transcribe", path, "--host", emulator.url], { env: credentials });
    expect(outcome).toMatchObject({ code: 1, stdout: "Good morning.\n" });
    expectOneLine(outcome, /3007/);
  });
});

it("a truncated WAV is transcribed as far as it goes, and the missing part is reported", async () => {
  await using emulator = await startEmulator({ ...exact, engine: engine() });
  const path = await file("short.wav", wav.subarray(0, 44 + 2.5 * 32_000));
  const outcome = await voxpipe(["transcribe", path, "--host", emulator.url], { env: credentials });
  expect(outcome).toMatchObject({ code: 0, stdout: "Good morning.\n" });
  expectOneLine(outcome, /warning: .*short\.wav.*truncated.*2\.50 s.*missing/);
});
