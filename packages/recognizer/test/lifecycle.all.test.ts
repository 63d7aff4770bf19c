import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recognizer } from "../src/index.ts";
import { excerpt, record } from "./speech.ts";

const models = fileURLToPath(new URL("../models", import.meta.url));
const sampleFile = fileURLToPath(new URL("../sample/sample.wav", import.meta.url));
const built = new URL("../dist/index.js", import.meta.url).href;
const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("models", () => {
  test("that are missing are named, with the remedy", () => {
    expect(() => recognizer({ models: folder })).toThrow(
      expect.objectContaining({
        code: "models-missing",
        message: expect.stringMatching(/moonshine-tiny-encoder\.onnx is missing.*pnpm build/),
      }),
    );
  });

  test("may be given as a folder's URL", async () => {
    const engine = recognizer({ models: pathToFileURL(`${models}/`), threads: 1 });
    const { session } = await record(engine);
    session.close();
    await engine.close();
  });
});

test("without a decoder for the platform, opening says so", async () => {
  await writeFile(join(folder, "elsewhere.cjs"), 'require("node:os").arch = () => "mips";');
  const script = `
    import { recognizer } from ${JSON.stringify(built)};
    const engine = recognizer();
    for (const _ of [1, 2]) await engine.open({ heard() {}, failed() {} }).catch((error) => console.log(error.code));
    await engine.close();`;
  const env = { ...process.env, NODE_OPTIONS: `--require ${join(folder, "elsewhere.cjs")}` };
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { env });
  expect(stdout).toBe("unsupported-platform\nunsupported-platform\n");
});

test.each([{ threads: 0 }, { threads: Number.NaN }, { maxBacklogMs: -5 }])("refuses %o", (options) => {
  expect(() => recognizer(options)).toThrow(RangeError);
});

test("a session that falls too far behind fails, and says by how much", async () => {
  const engine = recognizer({ threads: 1, maxBacklogMs: 2_000 });
  const { session, failures } = await record(engine);
  session.write(excerpt(0, 2_500));
  expect(failures).toMatchObject([
    { code: "too-far-behind", message: expect.stringMatching(/3 s behind.*2 s allowed/) },
  ]);
  await engine.close();
});

test("closing the engine ends its sessions, settles what is pending and refuses new ones", async () => {
  const engine = recognizer({ threads: 1 });
  const { session, failures } = await record(engine);
  session.write(excerpt(0, 6_000));
  const endpoint = session.endpoint();
  const opening = record(engine);
  const closing = engine.close();
  expect((await endpoint).every((word) => word.final)).toBe(true);
  await opening.then(({ session: late }) => late.close()).catch(() => {});
  await closing;
  await expect(record(engine)).rejects.toMatchObject({ code: "closed" });
  expect(failures).toEqual([]);
  await engine.close();
});

test("closing the engine while the models load rejects the opening", async () => {
  const engine = recognizer({ threads: 1 });
  const refused = expect(record(engine)).rejects.toMatchObject({ code: "closed" });
  await engine.close();
  await refused;
});

test("a process that exits in the middle of decoding ends as it asked to", async () => {
  // Nothing shows from outside that decoding has begun. After 300 ms it has, except on a very busy machine, where the process
  // has to end as it asked to all the same.
  const script = `
    import { recognizer } from ${JSON.stringify(built)};
    import { readFileSync } from "node:fs";
    const bytes = readFileSync(${JSON.stringify(sampleFile)}).subarray(44);
    const session = await recognizer().open({ heard() {}, failed() {} });
    session.write(Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768));
    session.endpoint();
    setTimeout(() => process.exit(7), 300);`;
  const ended = run(process.execPath, ["--input-type=module", "-e", script]);
  await expect(ended).rejects.toMatchObject({ code: 7, stderr: "" });
});

test("a process ends by itself once its sessions are closed, even in the middle of decoding", async () => {
  const script = `
    import { recognizer } from ${JSON.stringify(built)};
    const session = await recognizer().open({ heard() {}, failed() {} });
    session.write(Float32Array.from({ length: 160000 }, (_, i) => Math.sin(i * i)));
    session.endpoint().then((words) => console.log("settled", words.length));
    session.close();`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout).toBe("settled 0\n");
});

test("a thread that dies fails its sessions, and the next one starts again", async () => {
  const script = `
    import { Worker } from "node:worker_threads";
    import { recognizer } from ${JSON.stringify(built)};
    const threads = [];
    const on = Worker.prototype.on;
    Worker.prototype.on = function (...args) { threads.push(this); return on.apply(this, args); };
    const engine = recognizer({ threads: 1 });
    const failed = new Promise(async (resolve) => {
      const end = ({ heardMs }) => heardMs > 900 && threads[0].terminate();
      const session = await engine.open({ heard: end, failed: resolve });
      session.write(new Float32Array(16000));
    });
    console.log((await failed).code);
    const session = await engine.open({ heard() {}, failed() {} });
    console.log((await session.endpoint()).length);
    await engine.close();`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
  expect(stdout).toBe("worker-failed\n0\n");
});
