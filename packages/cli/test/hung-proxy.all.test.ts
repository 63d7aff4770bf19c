import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHttpProxy } from "@voxpipe/testing/proxies";
import { expect, it } from "vitest";
import { speechWav } from "./speech.ts";
import { voxpipe } from "./voxpipe-process.ts";

// Three attempts of ten seconds.
it("voxpipe transcribe ends though the proxy accepts connections and never answers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "voxpipe-hung-proxy-"));
  try {
    const talk = join(folder, "talk.wav");
    await writeFile(talk, speechWav());
    await using proxy = await startHttpProxy({ silent: true });
    const env = { ASSEMBLYAI_API_KEY: "a-key-for-tests", HTTP_PROXY: `http://${proxy.host}` };
    const outcome = await voxpipe(["transcribe", talk, "--host", "ws://streaming.example"], { env });
    expect(outcome).toMatchObject({ code: 1, signal: null });
    expect(outcome.stderr).toContain("No connection from streaming.example");
  } finally {
    await rm(folder, { recursive: true });
  }
});
