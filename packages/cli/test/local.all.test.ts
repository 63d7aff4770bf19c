import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countWordErrors } from "../src/demo/word-error-rate.ts";
import { wavFile } from "../src/input/wav.fixture.ts";
import { voxpipe } from "./voxpipe-process.ts";

const sampleFolder = new URL("../../recognizer/sample/", import.meta.url);
const demo = fileURLToPath(new URL("../dist/demo.js", import.meta.url));
/** The sample's first sentence, with the silence that ends it. */
const firstSentenceMs = 6000;

let folder = "";
let sentence = "";
let samples = new Int16Array();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-"));
  const reference = await readFile(new URL("reference.txt", sampleFolder), "utf8");
  sentence = reference.split("\n")[0] ?? "";
  const sample = await readFile(new URL("sample.wav", sampleFolder));
  samples = new Int16Array(sample.buffer.slice(sample.byteOffset + 44, sample.byteOffset + 44 + firstSentenceMs * 32));
});
afterAll(() => rm(folder, { recursive: true }));

describe("recognition on this machine", () => {
  it("turns a pipe into JSON events, with no credentials and Termination last", async () => {
    const stdin = new Uint8Array(samples.buffer);
    const outcome = await voxpipe(["transcribe", "-", "--local", "--json", "--sample-rate", "16000"], { stdin });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    const events = outcome.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)?.type).toBe("Termination");
    // A busy machine reads a turn less often before it ends.
    expect(events.filter(({ type, end_of_turn }) => type === "Turn" && !end_of_turn).length).toBeGreaterThan(0);
    const transcript = events.filter(({ end_of_turn }) => end_of_turn).map(({ transcript }) => transcript);
    const { words, errors } = countWordErrors(sentence, transcript.join(" "));
    expect(errors / words).toBeLessThanOrEqual(0.1);
  });

  it("is what the demo shows, with its figures", async () => {
    await writeFile(join(folder, "talk.wav"), wavFile({ samples }));
    await writeFile(join(folder, "talk.txt"), sentence);
    const { stdout } = await promisify(execFile)(process.execPath, [demo, join(folder, "talk.wav")]);
    expect(stdout).toMatch(/The morning train/);
    expect(stdout).toMatch(/^6\.0 s of audio in \d+\.\d s, recognised on this machine$/m);
    expect(stdout).toMatch(/^\d+\.\d % word error rate \(\d+ of 16 words\)$/m);
    expect(stdout).toMatch(/^[1-9]\d* partials, [1-9]\d* of them while audio was still being sent$/m);
    expect(stdout).toMatch(/from the end of speech to the final turn/);
  });
});
