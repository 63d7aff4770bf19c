import { dirname, join } from "node:path";
import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../run.ts";
import { bundle } from "./bundle.ts";
import { type Bundle, bundlers, versionOf } from "./bundlers.ts";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(exact);
});
afterAll(() => emulator?.close());

describe.each(Object.keys(bundlers).map((name) => ({ name, version: versionOf(name) })))(
  "$name $version",
  ({ name }) => {
    test("a browser build has no warning, and nothing in it of servers", async () => {
      const { warnings, code } = await bundle(name, "whole.js", "browser");
      expect(warnings).toEqual([]);
      expect(code).toContain("ForceEndpoint");
      for (const server of [/bufferutil/, /Sec-WebSocket/i, /node:/, /\bBuffer\b/, /\bprocess\./])
        expect(code).not.toMatch(server);
    });

    test.each(["token-only.js", "error-only.js"] as const)("%s does not bring the session", async (app) => {
      const whole = await bundle(name, "whole.js", "browser");
      const part = await bundle(name, app, "browser");
      expect(part.warnings).toEqual([]);
      expect(part.code).not.toMatch(/ForceEndpoint|new WebSocket/);
      // esbuild also writes chunks that nothing loads any more.
      expect(loadedAtOnce(part).length).toBeLessThan(loadedAtOnce(whole).length / 8);
    });

    test("a browser build of the token package fails, or says what to do when it is loaded", async () => {
      await expect(bundle(name, "server-in-browser.js", "browser")).rejects.toThrow(/createTemporaryToken/);
      const { file, code } = await bundle(name, "server-in-browser-whole.js", "browser");
      expect(code).not.toMatch(/v3\/token/);
      const loading = run(process.execPath, [file], { cwd: dirname(file) });
      await expect(loading).rejects.toThrow(/@voxpipe\/token is for servers.*createTokenHandler.*tokenFrom/);
    });

    test.each([
      ["transcribes", "transcribe.js", "one two"],
      ["mints tokens", "mint.js", "30 200"],
    ] as const)("a Node build has no warning, and %s", async (_, app, result) => {
      const { warnings, file } = await bundle(name, app, "node");
      expect(warnings).toEqual([]);
      // Away from the project, so that nothing can come from its node_modules.
      const printed = await run(process.execPath, [file, emulator.url], { cwd: dirname(file) });
      expect(printed.trim()).toBe(result);
    });
  },
);

/** The program's script, and those that it imports before it runs. */
function loadedAtOnce({ files }: Bundle): string {
  const paths = ["app.js"];
  for (const path of paths)
    for (const [, from = ""] of (files[path] ?? "").matchAll(/\b(?:from|import)\s*"(\.[^"]+)"/g)) {
      const imported = join(dirname(path), from);
      if (!paths.includes(imported)) paths.push(imported);
    }
  return paths.map((path) => files[path] ?? expect.fail(path)).join("");
}
