import { readFile } from "node:fs/promises";
import { startEmulator } from "@voxpipe/emulator";
import { expect, test } from "vitest";
import { connect } from "voxpipe";
import { version } from "../src/platforms/version.ts";

test.each([
  ["a key", { apiKey: "example" }],
  ["a token", { token: "example" }],
])("a handshake with %s names this client, its version and the runtime", async (_what, credentials) => {
  await using emulator = await startEmulator({ tokens: ["example"] });
  const session = connect({ apiHost: emulator.url, sampleRate: 16_000, ...credentials });
  await session.opened;
  await session.close();
  expect(emulator.sessions[0]?.handshake.headers["user-agent"]).toBe(
    `voxpipe/${version} (Node/${process.versions.node})`,
  );
});

test("the version is that of the package", async () => {
  const manifest: unknown = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ version });
});
