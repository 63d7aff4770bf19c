import { spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { fileURLToPath } from "node:url";
import { startEmulator } from "@voxpipe/emulator";
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
async function runBeforeEmulator() {
  const emulator = await startEmulator({ ...exact, apiKeys: ["a-key"] });
  const demo = await run({ PORT: "0", ASSEMBLYAI_API_KEY: "a-key", ASSEMBLYAI_HOST: emulator.url });
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
