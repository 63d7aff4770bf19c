import { spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { fileURLToPath } from "node:url";
import { startEmulator } from "@voxpipe/emulator";
import { subscribe } from "@voxpipe/relay/subscribe";
import { createTranscript } from "@voxpipe/transcript";
import { expect, test } from "vitest";

/** True times of words, and sessions of US unless they say otherwise. */
const exact = { edges: "exact", defaultModel: "universal-streaming-english" } as const;

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** The demo as it is built, and what it wrote until it gave an address or ended. */
async function run(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...env } });
  const exited = once(child, "exit");
  let output = "";
  await new Promise<void>((resolve) => {
    const hear = (data: Buffer) => {
      output += data;
      if (/http:\/\/\S+ .*\n/.test(output)) resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void exited.then(() => resolve());
  });
  return {
    output: () => output,
    url: /http:\/\/\S+/.exec(output)?.[0] ?? "",
    async end(signal: NodeJS.Signals = "SIGINT"): Promise<unknown[]> {
      child.kill(signal);
      return exited;
    },
    exited,
  };
}

/** The demo before a local server. */
async function runBeforeEmulator(env: NodeJS.ProcessEnv = {}) {
  const emulator = await startEmulator({ ...exact, apiKeys: ["a-key"] });
  const demo = await run({ PORT: "0", ASSEMBLYAI_API_KEY: "a-key", ASSEMBLYAI_HOST: emulator.url, ...env });
  return {
    ...demo,
    async [Symbol.asyncDispose]() {
      await demo.end();
      await emulator.close();
    },
  };
}

test("the page comes with a policy that allows its own scripts, styles and service alone", async () => {
  await using demo = await runBeforeEmulator();
  const response = await fetch(demo.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self';/);
  expect(policy).not.toContain("unsafe");
  expect(await response.text()).not.toMatch(/<script>|<style>|\bon\w+=|style=|\{\{/);
});

test("only the page itself gets tokens, under this machine's own names", async () => {
  await using demo = await runBeforeEmulator();
  const ask = (headers: HeadersInit) => fetch(new URL("api/token", demo.url), { method: "POST", headers });
  expect(await (await ask({})).json()).toMatchObject({ token: expect.any(String) });
  expect((await ask({ origin: "https://elsewhere.example" })).status).toBe(403);
  const proxied = { origin: "https://public.example", "sec-fetch-site": "same-origin" };
  expect((await ask(proxied)).status).toBe(401);
  expect(await statusUnder("elsewhere.example", demo.url)).toBe(401);
  expect(await statusUnder("localhost", demo.url)).toBe(200);
});

test("what a page of this machine says can be read along by anyone who knows the talk's name, also by who comes late", async () => {
  await using demo = await runBeforeEmulator();
  const say = (events: unknown, headers: HeadersInit = {}) =>
    fetch(new URL("api/talk/a-talk", demo.url), { method: "PUT", headers, body: JSON.stringify(events) });
  const turn = (order: number, transcript: string, end_of_turn: boolean) => ({
    type: "Turn",
    turn_order: order,
    turn_is_formatted: end_of_turn,
    end_of_turn,
    transcript,
    words: [],
  });
  expect((await say([{ type: "Begin" }, turn(0, "Good morning.", true), turn(1, "so", false)])).status).toBe(204);
  await using reading = readAlong(new URL("captions?room=a-talk", demo.url));
  await expect.poll(reading.text).toBe("Good morning. so");
  expect((await say([turn(1, "So it is.", true)])).status).toBe(204);
  await expect.poll(reading.text).toBe("Good morning. So it is.");

  expect((await say([turn(2, "Not I.", true)], { origin: "https://elsewhere.example" })).status).toBe(403);
  expect((await say({ type: "Turn" })).status).toBe(400);
  expect((await say([null])).status).toBe(400);
  await say([turn(2, "The end.", true)]);
  await expect.poll(reading.text).toBe("Good morning. So it is. The end.");
});

test("a talk that the relay does not take is refused with the reason, not left waiting", async () => {
  await using demo = await runBeforeEmulator();
  const address = new URL(`api/talk/${"x".repeat(300)}`, demo.url);
  const refused = await fetch(address, { method: "PUT", body: JSON.stringify([{ type: "Begin" }, { type: "Begin" }]) });
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain("has 300 characters");
});

test("with READERS_HOST, others read along at that address, and get neither the page that speaks nor tokens there", async () => {
  // Also this machine, under another address of its own.
  await using demo = await runBeforeEmulator({ READERS_HOST: "127.0.0.2" });
  const html = await (await fetch(demo.url)).text();
  const [, readers = ""] = /<meta name="readers" content="(.+?)"/.exec(html) ?? [];
  expect(readers).toMatch(/^http:\/\/127\.0\.0\.2:\d+\/$/);
  const status = async (path: string, init: RequestInit = {}) => (await fetch(new URL(path, readers), init)).status;
  expect([await status("read?room=a-talk"), await status("read.js"), await status("style.css")]).toEqual([
    200, 200, 200,
  ]);
  const speaking = { method: "PUT", body: "[]" };
  expect([await status(""), await status("page.js"), await status("api/talk/a-talk", speaking)]).toEqual([
    404, 404, 404,
  ]);
  expect(await status("api/token", { method: "POST" })).toBe(404);
});

test.each(["0.0.0.0", "", "192.0.2.1"])(
  "READERS_HOST %j is no address to read along at, and it says so",
  async (host) => {
    const demo = await run({ PORT: "0", ASSEMBLYAI_API_KEY: "a-key", READERS_HOST: host });
    expect(await demo.exited).toEqual([1, null]);
    expect(demo.output()).toMatch(/^READERS_HOST is .+\. Set it .+\.\n$/);
  },
);

test("Ctrl-C ends it", async () => {
  const demo = await run({ PORT: "0" });
  expect(demo.output()).toMatch(/^Open http:\/\/127\.0\.0\.1:\d+\/ and speak\. Recognised on this machine/);
  expect(await demo.end()).toEqual([0, null]);
});

test("a port that is in use is said, with what to do", async () => {
  await using first = await runBeforeEmulator();
  const { port } = new URL(first.url);
  const second = await run({ PORT: port, ASSEMBLYAI_API_KEY: "a-key" });
  expect(await second.exited).toEqual([1, null]);
  expect(second.output()).toBe(`Port ${port} is in use. Set PORT to another.\n`);
});

test("a port that is none is said, with what to do", async () => {
  const demo = await run({ PORT: "http", ASSEMBLYAI_API_KEY: "a-key" });
  expect(await demo.exited).toEqual([1, null]);
  expect(demo.output()).toBe("PORT is http. Set it to a whole number from 0 to 65535.\n");
});

/** Asks for a token as a page does whose name leads to this machine. `fetch` sets Host itself. */
async function statusUnder(name: string, url: string): Promise<number | undefined> {
  const request = get(new URL("api/token", url), { method: "POST", headers: { host: `${name}:80` } });
  const [response] = await once(request, "response");
  response.resume();
  return response.statusCode;
}

function readAlong(address: URL) {
  const transcript = createTranscript();
  const leaving = new AbortController();
  const reading = subscribe(address, { signal: leaving.signal }).pipeTo(transcript.writable);
  return {
    text: () => transcript.snapshot.text,
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await reading;
    },
  };
}
