import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmulator } from "../src/server.ts";
import type { EmulatorOptions } from "../src/settings.ts";
import { type BuiltProgram, buildProgram } from "./support/build-program.ts";

let program: BuiltProgram;
let folder: string;

beforeAll(async () => {
  program = await buildProgram("test/vendor-session.ts");
  folder = await mkdtemp(join(tmpdir(), "voxpipe-emulator-"));
});

afterAll(async () => {
  await program[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** What a session of the vendor's client comes to. */
async function vendorSession(apiKey: string, how: "key" | "token", options: EmulatorOptions = {}) {
  await using emulator = await startEmulator({ tls: true, apiKeys: ["right-key"], ...options });
  const file = join(folder, "ca.pem");
  await writeFile(file, emulator.certificate ?? "");
  const host = emulator.url.replace("wss://", "");
  const { text } = await program.start([host, apiKey, how], { NODE_EXTRA_CA_CERTS: file }).ended;
  const outcome: unknown = JSON.parse(text.split("\n").at(-1) ?? "");
  return { outcome, text, session: emulator.sessions[0] };
}

test.each(["key", "token"] as const)(
  "the vendor's client over TLS, by %s: partials, finals, update, force endpoint, keep-alive, graceful close",
  async (how) => {
    const { outcome, session } = await vendorSession("right-key", how);
    expect(outcome).toEqual({ id: session?.id, finals: ["One two.", "Four.", "Five."], partials: expect.any(Number) });
    expect((outcome as { partials: number }).partials).toBeGreaterThanOrEqual(2);
    expect(session?.received).toEqual([
      { type: "UpdateConfiguration", min_turn_silence: 300 },
      { type: "KeepAlive" },
      { type: "ForceEndpoint" },
      { type: "Terminate" },
    ]);
    expect(session?.sent.slice(-2)).toMatchObject([
      { type: "Turn", end_of_turn: true, transcript: "Five." },
      { type: "Termination", audio_duration_seconds: 5 },
    ]);
    expect(session?.handshake.query.has("token")).toBe(how === "token");
  },
);

test("the vendor's client with a wrong key", async () => {
  const { outcome } = await vendorSession("wrong-key", "key");
  expect(outcome).toEqual({ failed: "Unauthorized Connection: Invalid API key" });
});

test("the vendor's client retries what the service cannot help", async () => {
  const { outcome, text } = await vendorSession("right-key", "key", {
    faults: [{ when: "open", do: { close: 1_011 }, times: 1 }],
  });
  expect(text).toContain("retrying");
  expect(outcome).toMatchObject({ finals: ["One two.", "Four.", "Five."] });
});
