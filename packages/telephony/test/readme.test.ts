import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { scripted, startEmulator } from "@voxpipe/emulator";
import { freePort } from "@voxpipe/testing";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { calls, chunkOf } from "./calls.ts";

const here = import.meta.dirname;
/** Only Express is run here: e2e/telephony runs the others. */
const examples = join(here, "examples");
let folder: string;

/** The README's Express server, bundled with our packages' sources. */
beforeAll(async () => {
  // Beside the tests, so that its imports are found.
  folder = await mkdtemp(join(here, ".readme-"));
  await build({
    entryPoints: [join(examples, "express.ts")],
    outfile: join(folder, "server.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["express", "ws"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(await readdir(examples))("the README shows %s as it is run", async (name) => {
  const readme = await readFile(join(here, "../README.md"), "utf8");
  expect(readme).toContain(`\`\`\`ts\n${await readFile(join(examples, name), "utf8")}\`\`\``);
});

/** Runs the server and collects what it prints. */
async function serve(apiHost: string) {
  const port = await freePort();
  const server: ChildProcess = spawn(process.execPath, [join(folder, "server.mjs")], {
    env: {
      PATH: process.env.PATH,
      ASSEMBLYAI_API_KEY: "a-key-for-tests",
      ASSEMBLYAI_HOST: apiHost,
      MEDIA_SECRET: "example",
      PORT: String(port),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (!server.stdout) throw new Error("no output");
  const lines: string[] = [];
  const reading = createInterface({ input: server.stdout });
  reading.on("line", (line) => lines.push(line));
  await once(reading, "line");
  return {
    port,
    lines,
    async [Symbol.asyncDispose]() {
      server.kill();
      await once(server, "exit");
    },
  };
}

test("the README's Express server answers Twilio, transcribes both sides of a call by name, and turns strangers away", async () => {
  const [twilio] = calls;
  if (twilio === undefined) throw new Error("no call");
  await using emulator = await startEmulator({
    record: true,
    engine: scripted([{ text: "Hello.", start: 100, end: 600 }]),
  });
  await using server = await serve(emulator.url);

  const answer = await fetch(`http://127.0.0.1:${server.port}/voice`, { method: "POST" });
  expect(await answer.text()).toMatch(/<Stream url="wss:\/\/127[\s\S]*both_tracks[\s\S]*value="example"/);

  const stranger = new WebSocket(`ws://127.0.0.1:${server.port}/media`);
  await once(stranger, "open");
  for (const message of twilio.start())
    stranger.send(String(message).replace('"secret":"example"', '"secret":"guess"'));
  const [code] = await once(stranger, "close");
  expect(code).toBe(1_008);
  expect(emulator.sessions).toHaveLength(0);

  const peer = new WebSocket(`ws://127.0.0.1:${server.port}/media`);
  await once(peer, "open");
  for (const message of twilio.start()) peer.send(message);
  for (let index = 0; index < 100; index++)
    for (const track of twilio.tracks) peer.send(twilio.media(track, index, chunkOf(twilio, track, index)));
  if (twilio.stop) peer.send(twilio.stop());
  await expect.poll(() => server.lines.slice(1).sort()).toEqual(["agent: Hello.", "caller: Hello."]);
  const sent = twilio.tracks.map((track) =>
    Buffer.concat(Array.from({ length: 100 }, (_, index) => chunkOf(twilio, track, index))),
  );
  const heard = emulator.sessions.map((session) => Buffer.from(session.recordedAudio()));
  for (const audio of sent) expect(heard).toContainEqual(audio);
});
