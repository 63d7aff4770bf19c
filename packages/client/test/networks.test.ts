import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { startHttpProxy, startInterceptingProxy, startSocksProxy } from "@voxpipe/testing/proxies";
import { expect, test } from "vitest";
import { runProgramIn } from "./child-program.ts";

/** Sessions and tokens over TLS, in a process that trusts these certificates beside Node's own. */
async function through(proxies: readonly string[], apiHost: string, ...trusted: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-networks-"));
  const file = join(folder, "trusted.pem");
  await writeFile(file, trusted.join("\n"));
  try {
    const env = trusted.length === 0 ? {} : { NODE_EXTRA_CA_CERTS: file };
    const { code, stderr, report } = await runProgramIn(env, "behind-proxies", apiHost, ...proxies);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return report;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const done = { finals: ["one"], token: true };

test("sessions and tokens over TLS go through HTTP proxies, with a password too, and SOCKS proxies", async () => {
  await using emulator = await startEmulator({ tls: true });
  await using plain = await startHttpProxy();
  await using guarded = await startHttpProxy({ password: "open-sesame" });
  await using socks = await startSocksProxy();
  await using admitting = await startSocksProxy({ password: "open-sesame" });
  const proxies = [
    `http://${plain.host}`,
    `http://ada:open-sesame@${guarded.host}`,
    `socks5://${socks.host}`,
    `socks5://ada:open-sesame@${admitting.host}`,
  ];
  const { host } = new URL(emulator.url);
  expect(await through(proxies, emulator.url, emulator.certificate ?? "")).toEqual(proxies.map(() => done));
  for (const { targets } of [plain, guarded, socks, admitting]) expect(targets).toEqual([host, host]);
});

test("a proxy that intercepts TLS: with its CA in NODE_EXTRA_CA_CERTS everything works, and it read along", async () => {
  await using emulator = await startEmulator({ tls: true });
  await using proxy = await startInterceptingProxy();
  expect(await through([`http://${proxy.host}`], emulator.url, proxy.ca)).toEqual([done]);
  expect(proxy.requests).toEqual([
    expect.stringMatching(/^GET \/v3\/ws\?/),
    expect.stringMatching(/^GET \/v3\/token\?/),
  ]);
});

test("without its CA, or without a proxy's: the failure names the certificate and NODE_EXTRA_CA_CERTS", async () => {
  await using emulator = await startEmulator({ tls: true });
  await using proxy = await startInterceptingProxy();
  const remedy = /certificate.+NODE_EXTRA_CA_CERTS/s;
  const failed = { finals: expect.stringMatching(remedy), token: expect.stringMatching(remedy) };
  expect(await through([`http://${proxy.host}`, ""], emulator.url)).toEqual([failed, failed]);
  expect(proxy.requests).toEqual([]);
});
