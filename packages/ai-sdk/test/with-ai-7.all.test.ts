import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type EmulatorOptions, scripted } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const root = join(folder, "../..");
const built = join(folder, "dist/under-test");
const wavFile = join(built, "speech.wav");

/** The AI SDK needs Node 22 or later. A test run in an older one borrows that of the tests of runtimes. */
function node(): string {
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  const { resolve } = createRequire(join(root, "e2e/package.json"));
  try {
    return join(dirname(resolve("node-22/package.json")), "bin/node");
  } catch {
    throw new Error(
      `ai 7 needs Node 22 or later. This is ${process.version}, and e2e's optional node-22 is not installed: run these tests in Node 22 or later, or install on Linux x64.`,
    );
  }
}

beforeAll(async () => {
  mkdirSync(built, { recursive: true });
  writeFileSync(wavFile, wav(new Uint8Array(64_000).fill(0x20, 0, 32_000)));
  await build({
    entryPoints: [join(folder, "test/programs/calls.ts")],
    outfile: join(built, "calls.js"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    logLevel: "warning",
    external: ["ai", "@ai-sdk/provider"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

const words = [
  { text: "harbor", start: 0, end: 400 },
  { text: "point", start: 500, end: 900 },
];

async function call(scenario: string, options: EmulatorOptions = {}) {
  await using emulator = await startEmulator({ engine: scripted(words), ...options });
  const args = [join(built, "calls.js"), scenario, emulator.url, wavFile];
  const { stdout, stderr } = await promisify(execFile)(node(), args, { cwd: folder, timeout: 120_000 });
  expect(stderr).not.toContain("unhandled:");
  return { ...JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), sessions: emulator.sessions };
}

const segment = { text: "harbor point", startSecond: 0, endSecond: 0.9 };

describe("experimental_streamTranscribe of ai 7", () => {
  test("partials, the final, segments, duration and raw events, from bytes", async () => {
    const { parts, ...result } = await call("bytes");
    const types = parts.map(({ type }: { type: string }) => type);
    expect(types).toContain("transcript-partial");
    expect(parts.filter(({ type }: { type: string }) => type === "transcript-final")).toMatchObject([
      {
        id: "turn-0",
        text: "harbor point",
        startSecond: 0,
        endSecond: 0.9,
        providerMetadata: { voxpipe: { turn_order: 0 } },
      },
    ]);
    expect(
      parts
        .filter(({ type }: { type: string }) => type === "raw")
        .map(({ rawValue }: { rawValue: { type: string } }) => rawValue.type),
    ).toContain("Begin");
    expect(result).toMatchObject({ text: "harbor point", segments: [segment], duration: 2, warnings: [] });
    expect(result.sessions[0].parameters).toMatchObject({
      speech_model: "universal-streaming-english",
      sample_rate: 16_000,
    });
  });

  test("the same from base64", async () => {
    expect(await call("base64")).toMatchObject({ text: "harbor point", duration: 2 });
  });

  test.each(["two-turns", "one-turn"] as const)(
    "one final for a turn whose formatted form comes as %s",
    async (formattedFinals) => {
      const { parts, text } = await call("formatted", { formattedFinals });
      expect(parts.filter(({ type }: { type: string }) => type === "transcript-final")).toHaveLength(1);
      expect(text).toBe("Harbor point.");
    },
  );

  test.each(["a-law", "mu-law"])("telephone audio in %s", async (scenario) => {
    expect(await call(scenario)).toMatchObject({ text: "harbor point" });
  });

  test("a WAV file in base64, detected by its content", async () => {
    expect(await call("file")).toMatchObject({ text: "harbor point", duration: 2 });
  });

  test("a drop in the middle is made up for", async () => {
    const { sessions, ...result } = await call("bytes", {
      faults: [{ when: { audioMs: 600 }, do: "drop", session: 0 }],
    });
    expect(result).toMatchObject({ text: "harbor point", segments: [segment] });
    expect(sessions).toHaveLength(2);
  });

  test("a refused key is an APICallError 401: as a part, of the stream, and of the promises", async () => {
    const { parts, thrown, text } = await call("bytes", { apiKeys: ["another"] });
    const error = { name: "AI_APICallError", statusCode: 401, isRetryable: false, data: { code: "unauthorized" } };
    expect(parts.map(({ type }: { type: string }) => type)).toEqual(["error"]);
    expect(thrown).toMatchObject(error);
    expect(text).toMatchObject({ rejected: error });
  });

  test("an abort ends the session and rejects with the signal's reason", async () => {
    expect(await call("abort")).toMatchObject({ thrown: { name: "AbortError" } });
  });

  test("headers are not sent, and a warning says so", async () => {
    expect(await call("headers")).toMatchObject({
      text: "harbor point",
      warnings: [{ type: "unsupported", feature: "headers", details: "Not sent: x-team." }],
    });
  });

  test.each([
    ["bad option", "AI_InvalidArgumentError", /minTurnSilence/],
    ["no rate", "AI_InvalidArgumentError", /inputAudioFormat\.rate is missing/],
    ["unknown type", "AI_UnsupportedFunctionalityError", /audio\/amr/],
  ])("%s: the SDK's own error", async (scenario, name, message) => {
    const { text } = await call(scenario);
    expect(text.rejected).toMatchObject({ name, message: expect.stringMatching(message) });
  });

  test("no key: LoadAPIKeyError, with the variable's name", async () => {
    expect(await call("no key")).toMatchObject({ name: "AI_LoadAPIKeyError", message: /ASSEMBLYAI_API_KEY/ });
  });
});

describe("transcribe of ai 7", () => {
  test("a file's bytes: text, segments, duration, model", async () => {
    expect(await call("generate")).toMatchObject({
      text: "harbor point",
      segments: [segment],
      durationInSeconds: 2,
      modelId: "universal-streaming-english",
    });
  });

  test("the same from base64", async () => {
    expect(await call("generate base64")).toMatchObject({ text: "harbor point" });
  });

  test("a refused key, and what is no audio", async () => {
    expect(await call("generate refused", { apiKeys: ["another"] })).toMatchObject({
      name: "AI_APICallError",
      statusCode: 401,
    });
    expect(await call("generate from text")).toMatchObject({
      name: "AI_InvalidArgumentError",
      message: /no format that is known/,
    });
  });
});

/** Mono s16le at 16 kHz as a file. */
function wav(pcm: Uint8Array): Uint8Array {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}
