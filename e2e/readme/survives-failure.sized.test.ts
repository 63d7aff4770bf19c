import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type EmulatorOptions, type Fault, startEmulator } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Example, examples, pages, programOf, streamingBlocks } from "./examples.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(inject("installed"), "examples-"));
  await writeFile(join(folder, "speech.wav"), wav(new Uint8Array(2 * 32_000).fill(0x20)));
  // What nobody handles ends the process in a way that no example does.
  const watch = `process.on("unhandledRejection", (error) => { console.error("unhandled:", error); process.exit(99); });`;
  await writeFile(join(folder, "watch.mjs"), watch);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("every example that streams is known here", () => {
  const known = (page: string, code: string) =>
    examples.filter((example) => example.page === page && code.includes(example.contains)).length;
  const blocks = pages().flatMap((page) => streamingBlocks(page).map((code) => ({ page, code })));
  expect(blocks.filter(({ page, code }) => known(page, code) !== 1)).toEqual([]);
  expect(blocks).toHaveLength(examples.length);
});

interface Scenario {
  readonly what: string;
  readonly faults: readonly Fault[];
  readonly fails: boolean;
}

const scenarios: readonly Scenario[] = [
  { what: "a service that answers", faults: [], fails: false },
  { what: "a refused key", faults: [{ when: "open", do: { error: 1008, text: "Not authorized" } }], fails: true },
  { what: "a drop in mid-session", faults: [{ when: { audioMs: 50 }, do: "drop", session: 0 }], fails: false },
  {
    what: "a failure in mid-session",
    faults: [
      { when: { audioMs: 50 }, do: { error: 3006, text: "Not like this" } },
      // Where no audio is sent.
      { when: "terminate", do: { error: 3006, text: "Not like this" } },
    ],
    fails: true,
  },
];

/** In `test`, only a refused key and a drop. */
const tried = cases(
  scenarios.filter(({ what }) => /refused|drop/.test(what)),
  scenarios,
);
const runnable = examples.filter(({ notRun, alone }) => notRun === undefined && !alone);
const chosen = cases(
  runnable.filter(({ page }) => page === "README.md" || page === "packages/client/README.md"),
  runnable,
);

describe.each(chosen)("the example of $page with $contains", { concurrent: true }, (example) => {
  test.each(tried)(
    "survives $what",
    async ({ faults, fails }) => {
      const { code, stdout, stderr } = await runAgainst(example, faults);
      expect(stderr).not.toContain("unhandled:");
      // StreamingClient does not reconnect unless asked.
      const failed = fails || (faults.length > 0 && example.contains.includes("StreamingClient"));
      expect({ code, reported: /StreamingError|session|service|lost/i.test(stdout + stderr) }, stderr).toMatchObject({
        code: failed ? example.failed : 0,
        ...(failed && { reported: true }),
      });
      if (!failed) expect(stderr).toBe("");
    },
    60_000,
  );
});

test.each(examples.filter(({ alone }) => alone))(
  "the example of $page with $contains runs by itself",
  async (example) => {
    expect(await runAgainst(example, [])).toEqual({ code: 0, stdout: "", stderr: "" });
  },
);

test("the README's first example survives a file that is not there", async () => {
  const [first] = examples;
  if (!first) expect.unreachable();
  const { code, stderr } = await runAgainst({ ...first, args: ["missing.wav"] }, []);
  expect(stderr).toContain("missing.wav");
  expect(stderr).not.toContain("unhandled:");
  expect(code).toBe(1);
}, 60_000);

async function runAgainst(example: Example, faults: readonly Fault[]) {
  const options: EmulatorOptions = { faults: [...faults], tokens: ["a temporary token", "a-temporary-token"] };
  await using emulator = await startEmulator(options);
  const { code } = await transform(programOf(example), { loader: "ts", target: "es2022", format: "esm" });
  const file = `${example.page.replaceAll(/\W/g, "-")}-${examples.indexOf(example)}-${emulator.port}.mjs`;
  await writeFile(join(folder, file), code);
  const env = { PATH: process.env.PATH, ASSEMBLYAI_API_KEY: "a-key-of-nobody", ASSEMBLYAI_HOST: emulator.url };
  return await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const args = ["--import", "./watch.mjs", file, ...(example.args ?? [])];
    const child = execFile(process.execPath, args, { cwd: folder, env, timeout: 50_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** Mono s16le at 16 kHz as a file. */
function wav(pcm: Uint8Array): Uint8Array {
  const header = Buffer.from("RIFF....WAVEfmt ................data....", "latin1");
  header.writeUInt32LE(36 + pcm.length, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  const whole = Buffer.concat([header.subarray(0, 40), Buffer.alloc(4), pcm]);
  whole.writeUInt32LE(pcm.length, 40);
  return whole;
}
