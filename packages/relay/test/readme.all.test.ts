import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort, needing, startRedis } from "@voxpipe/testing";
import type { TranscriptEvent } from "@voxpipe/transcript";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { begin, final, partial } from "./events.ts";

const here = import.meta.dirname;
let folder: string;
let examples: readonly string[];

/** What the README leaves to its reader: who may read, a session, and a page that shows a text. */
const server = `
const speech = new TransformStream();
const session = { events: speech.readable };
const speaker = speech.writable.getWriter();
process.on("message", (event) => (event === "end" ? speaker.close() : speaker.write(event)));
process.on("disconnect", () => process.exit());
const mayRead = (request, room) => room === "lecture-1" && request.headers.get("x-user");
`;
const page = `
import { createParser } from "eventsource-parser";
const load = globalThis.fetch;
const headers = { "X-User": process.env.READER ?? "" };
globalThis.fetch = (path, init) =>
  load(new URL(path, process.env.SITE), { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers } });
const show = (text) => process.send?.(text);
process.on("disconnect", () => process.exit());
`;
/** Node 20 has none. What is read is what the platform's would get. */
const eventSource = `
class EventSource {
  onmessage = () => {};
  constructor(path) {
    const parser = createParser({ onEvent: ({ data }) => this.onmessage({ data }) });
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const bytes of (await fetch(path)).body) parser.feed(decoder.decode(bytes, { stream: true }));
    };
    read();
  }
}
import { createTranscript } from "@voxpipe/transcript";
const transcript = createTranscript();
transcript.subscribe(() => show(transcript.snapshot.text));
`;

/** The README's only example that has this text. */
function example(text: string): string {
  const found = examples.filter((code) => code.includes(text));
  if (found.length !== 1) throw new Error(`${found.length} examples of the README contain ${text}.`);
  return found[0] ?? "";
}

beforeAll(async () => {
  const readme = await readFile(join(here, "../README.md"), "utf8");
  examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  const own = "const relay = createRelay();";
  const one = example(own).replace("listen(8080)", "listen(Number(process.env.PORT))");
  const [, shared = ""] = /^(const relay[\s\S]*)/m.exec(example("createClient({")) ?? [];
  const listen = "createServer(toNodeListener(playlist)).listen(Number(process.env.PLAYER_PORT));\n";
  const programs = {
    one: server + one.replace("\nawait ", `\n${example("relay.playlist(")}${listen}\nawait `),
    many: `${server}import { createClient } from "redis";\n${one.replace(own, shared)}`,
    page: page + example("await subscribe("),
    "plain-page": page + eventSource + example("new EventSource("),
  };
  // Beside the tests, so that its imports are found.
  folder = await mkdtemp(join(here, ".readme-"));
  for (const [name, text] of Object.entries(programs)) await writeFile(join(folder, `${name}.ts`), text);
  await build({
    entryPoints: Object.keys(programs).map((name) => join(folder, `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["redis", "eventsource-parser"],
    tsconfig: join(here, "../../../tsconfig.base.json"),
    logLevel: "error",
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program of the README. */
function run(name: string, env: NodeJS.ProcessEnv) {
  const child: ChildProcess = fork(join(folder, `${name}.mjs`), {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  const exited = once(child, "exit");
  const messages: unknown[] = [];
  let errors = "";
  child.on("message", (message) => messages.push(message));
  child.stderr?.on("data", (text) => {
    errors += text;
  });
  return {
    say: (...events: readonly TranscriptEvent[]) => {
      for (const event of events) child.send(event);
    },
    /** What a page showed last. */
    shown: () => messages.at(-1),
    errors: () => errors,
    exited,
    end: async () => {
      child.kill("SIGKILL");
      await exited;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await this.end();
    },
  };
}

async function listens(address: string): Promise<void> {
  const status = () =>
    fetch(address).then(
      (response) => response.status,
      () => 0,
    );
  await expect.poll(status).toBeGreaterThan(0);
}

describe("the README's server of one process", () => {
  it("is read by the README's pages, and shown to nobody who may not read", async () => {
    const [port, playerPort] = [await freePort(), await freePort()];
    const site = `http://127.0.0.1:${port}`;
    await using talk = run("one", { PORT: String(port), PLAYER_PORT: String(playerPort) });
    await listens(site);
    await using reader = run("page", { SITE: site, READER: "ada" });
    await using plain = run("plain-page", { SITE: site, READER: "bob" });
    await using stranger = run("page", { SITE: site });
    talk.say(begin, final(0, "Good morning."), partial(1, "so it"));
    for (const each of [reader, plain]) await expect.poll(each.shown).toBe("Good morning. so it");
    talk.say(final(1, "So it is."));
    for (const each of [reader, plain]) await expect.poll(each.shown).toBe("Good morning. So it is.");

    await expect.poll(stranger.errors).toContain("401");
    expect(await stranger.exited).toEqual([1, null]);
    expect(stranger.shown()).toBeUndefined();

    const player = `http://127.0.0.1:${playerPort}/captions.m3u8?room=lecture-1`;
    const playlist = await fetch(player, { headers: { "X-User": "ada" } });
    expect(await playlist.text()).toMatch(/^#EXTM3U\n/);
    expect((await fetch(player)).status).toBe(401);
  });

  it("dies: the page stays, and continues with what the next one publishes", async () => {
    const port = await freePort();
    const env = { PORT: String(port), PLAYER_PORT: "0" };
    const site = `http://127.0.0.1:${port}`;
    await using first = run("one", env);
    await listens(site);
    await using reader = run("page", { SITE: site, READER: "ada" });
    first.say(begin, final(0, "One."));
    await expect.poll(reader.shown).toBe("One.");
    await first.end();
    await using second = run("one", env);
    await listens(site);
    second.say(begin, final(0, "Two."));
    await expect.poll(reader.shown).toBe("One. Two.");
  });
});

describe("the README's server of many processes", needing("redis-server"), () => {
  it("is read on any of them; Redis goes away and comes back, and nothing is missing", async () => {
    await using redis = await startRedis();
    const [port, otherPort] = [await freePort(), await freePort()];
    const env = { REDIS_URL: redis.url };
    await using talk = run("many", { ...env, PORT: String(port) });
    await listens(`http://127.0.0.1:${port}`);
    talk.say(begin, final(0, "One."));
    // Of its own session it says nothing, and only then the other one speaks.
    await using reader = run("page", { SITE: `http://127.0.0.1:${port}`, READER: "ada" });
    await expect.poll(reader.shown).toBe("One.");
    await redis.stop();
    talk.say(final(1, "Two."));
    await expect.poll(talk.errors).toContain("store-unavailable");
    expect(reader.shown()).toBe("One.");
    await redis.start();
    await expect.poll(reader.shown).toBe("One. Two.");

    await using successor = run("many", { ...env, PORT: String(otherPort) });
    await listens(`http://127.0.0.1:${otherPort}`);
    successor.say(begin, final(0, "Three."));
    await using late = run("page", { SITE: `http://127.0.0.1:${otherPort}`, READER: "bob" });
    await expect.poll(late.shown).toBe("One. Two. Three.");
    await expect.poll(reader.shown).toBe("One. Two. Three.");
    // The first was believed dead: publish refuses it, and its program ends with that.
    talk.say(final(2, "From the dead."));
    expect(await talk.exited).toEqual([1, null]);
    expect(talk.errors()).toContain("superseded");
    expect(late.shown()).toBe("One. Two. Three.");
  });
});
