import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { run } from "../run.ts";
import { type Bundle, bundlers, type Target, versionOf } from "./bundlers.ts";

const apps = {
  "whole.js": `
    import { connect, StreamingClient, tokenFrom } from "voxpipe";
    globalThis.app = { connect, StreamingClient, token: tokenFrom("/api/token") };`,
  "token-only.js": `import { tokenFrom } from "voxpipe"; globalThis.app = tokenFrom("/api/token");`,
  "error-only.js": `import { StreamingError } from "voxpipe"; globalThis.app = (e) => e instanceof StreamingError;`,
  "transcribe.js": `
    import { connect } from "voxpipe";
    const session = connect({ apiHost: process.argv[2], apiKey: "a-key", sampleRate: 16000, pace: false });
    const samples = Int16Array.from({ length: 64000 }, (_, i) => (i < 32000 ? 8000 * Math.sin(i / 6) : 0));
    const writer = session.audio.getWriter();
    writer.write(new Uint8Array(samples.buffer));
    writer.close();
    (async () => {
      for await (const event of session.events)
        if (event.type === "Turn" && event.end_of_turn) console.log(event.transcript);
    })();`,
};

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
  await mkdir(join(inject("installed"), "apps"), { recursive: true });
  for (const [name, code] of Object.entries(apps)) await writeFile(appFile(name), code);
});
afterAll(() => emulator?.close());

describe.each(Object.keys(bundlers).map((name) => ({ name, version: versionOf(name) })))(
  "$name $version",
  ({ name }) => {
    test("a browser build has no warning, and nothing in it of servers", async () => {
      const { warnings, code } = await bundle(name, "whole.js", "browser");
      expect(warnings).toEqual([]);
      expect(code).toContain("ForceEndpoint");
      for (const server of [
        /Authorization/,
        /v3\/token/,
        /bufferutil/,
        /Sec-WebSocket/i,
        /node:/,
        /\bBuffer\b/,
        /process\./,
      ])
        expect(code).not.toMatch(server);
    });

    test.each(["token-only.js", "error-only.js"])("%s does not bring the session", async (app) => {
      const whole = await bundle(name, "whole.js", "browser");
      const { warnings, code } = await bundle(name, app, "browser");
      expect(warnings).toEqual([]);
      expect(code).not.toMatch(/ForceEndpoint|new WebSocket/);
      expect(code.length).toBeLessThan(whole.code.length / 8);
    });

    test("a Node build has no warning, and transcribes", async () => {
      const { warnings, file } = await bundle(name, "transcribe.js", "node");
      expect(warnings).toEqual([]);
      // Away from the project, so that nothing can come from its node_modules.
      const printed = await run(process.execPath, [file, emulator.url], { cwd: join(file, ".."), timeout: 20_000 });
      expect(printed.trim()).toBe("one two");
    });
  },
);

async function bundle(name: string, app: string, target: Target): Promise<Bundle> {
  const bundler = bundlers[name];
  if (!bundler) throw new Error(`No bundler ${name}`);
  const folder = join(inject("installed"), "bundled", name, target, app);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  return bundler(appFile(app), target, folder);
}

function appFile(name: string): string {
  return join(inject("installed"), "apps", name);
}
