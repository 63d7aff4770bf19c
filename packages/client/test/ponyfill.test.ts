import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";

/** Transcribes three seconds in a process of its own, without the global Web Streams. */
const program = `
for (const name of ["ReadableStream", "WritableStream", "TransformStream"]) delete globalThis[name];
const { connect } = await import(process.argv[1]);
const session = connect({ apiHost: process.argv[2], apiKey: "example", sampleRate: 16_000, pace: false });
const writer = session.audio.getWriter();
for (let i = 0; i < 60; i++) await writer.write(new Uint8Array(1600).fill(40));
await writer.close();
const types = [];
for await (const event of session.events) types.push(event.type === "Turn" && event.end_of_turn ? event.transcript : event.type);
console.log(JSON.stringify({ types, native: typeof ReadableStream }));
`;

const run = promisify(execFile);
const entry = (name: string) => new URL(`../dist/${name}.js`, import.meta.url).href;

test("voxpipe/ponyfill transcribes where the runtime has no Web Streams", async () => {
  await using emulator = await startEmulator();
  const { stdout } = await run("node", ["--input-type=module", "-e", program, entry("ponyfill-node"), emulator.url]);
  const { types, native } = JSON.parse(stdout);
  expect(native).toBe("undefined");
  expect(types).toContain("one two three");
  expect(types.at(-1)).toBe("Termination");
});

test("the normal entry fails there, since it never loads the ponyfill", async () => {
  await using emulator = await startEmulator();
  const failure = run("node", ["--input-type=module", "-e", program, entry("node"), emulator.url]);
  await expect(failure).rejects.toThrow(/voxpipe\/ponyfill/);
});
