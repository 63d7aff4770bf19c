import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";
import { expect, test } from "vitest";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

/** Bundles the package into a classic script and runs `expression` in a place that has nothing but what is given. */
async function runClassic(expression: string): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as all from ${JSON.stringify(entry)}; globalThis.all = all;`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    format: "iife",
    write: false,
    // It says that import.meta is empty there, which is the point.
    logLevel: "error",
  });
  const place = { URL, EventTarget, Event, document: { baseURI: "https://site.example/" } };
  return runInNewContext(`${outputFiles[0]?.text}; ${expression}`, place);
}

test("in a classic script, which does not know its address, the error names workletUrl", async () => {
  const error = await runClassic("all.openMicrophone().catch((error) => error)");
  expect(error).toMatchObject({
    name: "MicrophoneError",
    code: "invalid-options",
    message: expect.stringMatching(
      /^Missing workletUrl: .*Serve @voxpipe\/microphone\/worklet\.js .* as workletUrl\.$/,
    ),
  });
});

test("with workletUrl a classic script continues to what the page can do", async () => {
  const error = await runClassic('all.openMicrophone({ workletUrl: "/worklet.js" }).catch((error) => error)');
  expect(error).toMatchObject({ code: "insecure-context" });
});
