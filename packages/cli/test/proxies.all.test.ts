import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { startHttpProxy, startInterceptingProxy, startSocksProxy } from "@voxpipe/testing/proxies";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engine, speechWav } from "./speech.ts";
import { voxpipe } from "./voxpipe-process.ts";

const key = { ASSEMBLYAI_API_KEY: "a-key-for-tests" };
const transcript = "Good morning.\nGood night.\n";
let folder = "";
let talk = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-proxies-"));
  talk = join(folder, "talk.wav");
  await writeFile(talk, speechWav());
});
afterAll(() => rm(folder, { recursive: true }));

const transcribe = (host: string, env: Readonly<Record<string, string>>, ...args: string[]) =>
  voxpipe(["transcribe", talk, "--host", host, ...args], { env: { ...key, ...env } });

describe("voxpipe transcribe behind a proxy", () => {
  it.each(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])("goes through that of %s", async (name) => {
    await using emulator = await startEmulator({ engine: engine() });
    await using proxy = await startHttpProxy({ password: "open-sesame" });
    const outcome = await transcribe(emulator.url, { [name]: `http://ada:open-sesame@${proxy.host}` });
    expect(outcome).toMatchObject({ code: 0, stdout: transcript, stderr: "" });
    expect(proxy.targets).toEqual([new URL(emulator.url).host]);
  });

  it("takes a variable without a scheme as an HTTP proxy, and SOCKS by its scheme", async () => {
    await using emulator = await startEmulator({ engine: engine() });
    await using http = await startHttpProxy();
    await using socks = await startSocksProxy({ password: "open-sesame" });
    for (const proxy of [http.host, `socks5h://ada:open-sesame@${socks.host}`])
      expect(await transcribe(emulator.url, { HTTP_PROXY: proxy })).toMatchObject({ code: 0, stdout: transcript });
    expect([http.targets, socks.targets]).toEqual([[new URL(emulator.url).host], [new URL(emulator.url).host]]);
  });

  it("goes past it to hosts of NO_PROXY, and HTTPS_PROXY is for wss:// hosts", async () => {
    await using emulator = await startEmulator({ engine: engine() });
    await using proxy = await startHttpProxy();
    const past = { HTTP_PROXY: `http://${proxy.host}`, NO_PROXY: "other.example,127.0.0.1" };
    expect(await transcribe(emulator.url, past)).toMatchObject({ code: 0, stdout: transcript });
    const other = { HTTPS_PROXY: `http://${proxy.host}` };
    expect(await transcribe(emulator.url, other)).toMatchObject({ code: 0, stdout: transcript });
    expect(proxy.targets).toEqual([]);
  });

  it("works through one that intercepts TLS with its CA in NODE_EXTRA_CA_CERTS; without, it says so", async () => {
    await using emulator = await startEmulator({ engine: engine(), tls: true });
    await using proxy = await startInterceptingProxy();
    const env = { https_proxy: `http://${proxy.host}` };
    expect(await transcribe(emulator.url, { ...env, NODE_EXTRA_CA_CERTS: proxy.caFile })).toMatchObject({
      code: 0,
      stdout: transcript,
    });
    const { code, stderr } = await transcribe(emulator.url, env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/certificate.+set NODE_EXTRA_CA_CERTS to the file of its CA certificate in the environment/);
  });

  it("says what a proxy that wants another password needs, without showing it", async () => {
    await using emulator = await startEmulator({ engine: engine() });
    await using http = await startHttpProxy({ password: "open-sesame" });
    await using socks = await startSocksProxy({ password: "open-sesame" });
    for (const [scheme, host] of [
      ["http", http.host],
      ["socks5", socks.host],
    ]) {
      const env = { HTTP_PROXY: `${scheme}://ada:not-the-word@${host}` };
      const { code, stdout, stderr } = await transcribe(emulator.url, env);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/user name and password.*the proxy's URL/);
      expect(stderr).not.toContain("not-the-word");
    }
  });

  it.each(["ftp://ada:open-sesame@proxy.example", "http://", "://", "http://ada:open-sesame@proxy.example:port"])(
    "refuses %s as a proxy, without showing it",
    async (value) => {
      const { code, stderr } = await transcribe("ws://127.0.0.1:9", { HTTP_PROXY: value });
      expect(code).toBe(2);
      expect(stderr).toContain("The environment variable HTTP_PROXY is not the URL of a proxy. Use http://");
      expect(stderr).not.toContain("open-sesame");
    },
  );

  it("says without a proxy that the network may require one", async () => {
    const { code, stderr } = await transcribe("ws://127.0.0.1:9", {});
    expect(code).toBe(1);
    expect(stderr).toContain("If it requires a proxy, set HTTPS_PROXY to its URL");
  });
});
