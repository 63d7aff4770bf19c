import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startEmulator } from "@voxpipe/emulator";
import { startHttpProxy, startSocksProxy } from "@voxpipe/testing/proxies";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import client from "../../packages/client/package.json" with { type: "json" };
import token from "../../packages/token/package.json" with { type: "json" };
import { type Consumer, createConsumer } from "../consumer.ts";
import manifest from "../package.json" with { type: "json" };
import { run } from "../run.ts";
import { root } from "../workspace.ts";
import { codeBlocks } from "./code-blocks.ts";
import { compileExamples } from "./compile-examples.ts";

const blocks = codeBlocks(await readFile(join(root, "docs/networks.md"), "utf8"), "ts");
let consumer: Consumer;

beforeAll(async () => {
  const needed = ["voxpipe", "@voxpipe/core", "@voxpipe/audio", "@voxpipe/token"];
  const { devDependencies } = token;
  consumer = await createConsumer(
    inject("packed").filter(({ name }) => needed.includes(name)),
    {
      "@types/node": manifest.devDependencies["@types/node"],
      "@types/proxy-from-env": "1.0.4",
      "https-proxy-agent": devDependencies["https-proxy-agent"],
      "node-fetch": devDependencies["node-fetch"],
      "proxy-agent": client.devDependencies["proxy-agent"],
      "proxy-from-env": "2.1.0",
      "socks-proxy-agent": devDependencies["socks-proxy-agent"],
      undici: devDependencies.undici,
    },
  );
});
afterAll(() => consumer?.[Symbol.asyncDispose]());

test("every example of the page type-checks", async () => {
  await compileExamples(consumer.folder, blocks);
});

test.each([
  { contains: "agent: new HttpsProxyAgent", after: "await session.opened;\nawait session.close();", socks: false },
  {
    contains: "getProxyForUrl: ",
    after: `const { connect } = await import("voxpipe");
const session = connect({ apiKey: "example-key", sampleRate: 16_000, agent });
await session.opened;
await session.close();`,
    socks: false,
  },
  { contains: 'from "undici"', after: 'if ((await mint()).token === "") throw new Error("No token.");', socks: false },
  {
    contains: 'from "node-fetch"',
    after: `const headers = { "sec-fetch-site": "same-origin" };
const response = await POST(new Request("https://example.test/api/token", { method: "POST", headers }));
if (response.status !== 200) throw new Error(await response.text());`,
    socks: true,
  },
])("the page's example with $contains goes through a proxy", async ({ contains, after, socks }) => {
  const [code = ""] = blocks.filter((block) => block.includes(contains));
  await using emulator = await startEmulator({ tls: true });
  await using proxy = await (socks ? startSocksProxy() : startHttpProxy());
  const certificate = join(consumer.folder, "emulator.pem");
  await writeFile(certificate, emulator.certificate ?? "");
  const program = [code, after]
    .join("\n")
    .replace(/apiKey:/, "apiHost: process.env.ASSEMBLYAI_HOST,\n  apiKey:")
    .replace("socks5h://proxy.example:1080", `socks5h://${proxy.host}`);
  const file = `example-${blocks.indexOf(code)}.mjs`;
  await writeFile(join(consumer.folder, file), (await transform(program, { loader: "ts" })).code);
  const env = {
    PATH: process.env.PATH,
    ASSEMBLYAI_API_KEY: "example-key",
    ASSEMBLYAI_HOST: emulator.url,
    HTTPS_PROXY: `http://${proxy.host}`,
    NODE_EXTRA_CA_CERTS: certificate,
  };
  expect(await run(process.execPath, [file], { cwd: consumer.folder, env })).toBe("");
  expect(proxy.targets).toEqual([new URL(emulator.url).host]);
});
