import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { describe, expect, inject, test } from "vitest";
import { root } from "../workspace.ts";
import type { App } from "./apps.ts";
import { bundle } from "./bundle.ts";
import { bundlers } from "./bundlers.ts";

const apiKey = "the-key-that-stays-on-the-server";

/**
 * What has no place in a browser. The header by its name, or as a property in lower case: the client knows the bare word,
 * too, in the service's texts that identify errors.
 */
const secrets: Readonly<Record<string, RegExp>> = {
  "the key": new RegExp(apiKey, "i"),
  "the header": /Authorization|["'`.]authorization\b|\bauthorization["'`]?\s*[:,]/,
  "the endpoint": /v3\W{1,3}token|expires_in_seconds|max_session_duration/i,
};

/** A text that a browser gets, and where from. */
type Artefact = readonly [where: string, text: string];

function found(artefacts: readonly Artefact[]): string[] {
  return artefacts.flatMap(([where, text]) =>
    Object.entries(secrets).flatMap(([what, pattern]) => (pattern.test(text) ? [`${what} in ${where}`] : [])),
  );
}

/**
 * Every file that every bundler makes of an application where the key is in the environment, as it is where servers are built.
 */
async function built(app: App): Promise<Artefact[]> {
  process.env.ASSEMBLYAI_API_KEY = apiKey;
  try {
    const artefacts: Artefact[] = [];
    for (const name of Object.keys(bundlers)) {
      const { files } = await bundle(name, app, "browser");
      for (const [path, text] of Object.entries(files)) artefacts.push([`${path} by ${name}`, text]);
    }
    return artefacts;
  } finally {
    delete process.env.ASSEMBLYAI_API_KEY;
  }
}

/** Everything that the demo serves, with a key of its own. */
async function demo(): Promise<Artefact[]> {
  await using emulator = await startEmulator({ ...exact, apiKeys: [apiKey] });
  const env = { PATH: process.env.PATH, PORT: "0", ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: emulator.url };
  const server = spawn(process.execPath, ["packages/demo/dist/main.js"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const url = /http:\/\/\S+/.exec(line)?.[0];
      if (url === undefined) continue;
      const files = (await readdir(join(root, "packages/demo/dist/public"))).filter((name) => !name.endsWith(".html"));
      const asked = ["", "read", ...files, "api/token"].map(async (path): Promise<Artefact> => {
        const response = await fetch(new URL(path, url), { method: path === "api/token" ? "POST" : "GET" });
        expect([path, response.status]).toEqual([path, 200]);
        return [`/${path} of the demo`, JSON.stringify([...response.headers]) + (await response.text())];
      });
      return await Promise.all(asked);
    }
    throw new Error("The demo ended without an address.");
  } finally {
    server.kill();
    await exited;
  }
}

describe("what a browser gets has neither key nor header nor endpoint in it", () => {
  test.each(["whole.js", "ponyfill.js", "microphone.js"] as const)("%s, built by every bundler", async (app) => {
    const artefacts = await built(app);
    const made = artefacts.map(([where]) => where);
    const expected = Object.keys(bundlers).flatMap((name) => [`app.js by ${name}`, `app.js.map by ${name}`]);
    expect(made).toEqual(expect.arrayContaining(expected));
    for (const name of Object.keys(bundlers)) {
      const texts = artefacts.filter(([where]) => where.endsWith(`.js by ${name}`)).map(([, text]) => text);
      expect(texts.join("").length).toBeGreaterThan(1000);
    }
    expect(found(artefacts)).toEqual([]);
  });

  test("the microphone's files as they are packed, the worklet among them", async () => {
    const folder = join(inject("installed"), "node_modules/@voxpipe/microphone/dist");
    const names = (await readdir(folder)).filter((name) => name.endsWith(".js"));
    expect(names).toContain("worklet.js");
    const artefacts = names.map(async (name): Promise<Artefact> => [name, await readFile(join(folder, name), "utf8")]);
    expect(found(await Promise.all(artefacts))).toEqual([]);
  });

  test("everything that the demo serves", async () => {
    const artefacts = await demo();
    expect(artefacts.map(([where]) => where)).toEqual(
      expect.arrayContaining(["/page.js of the demo", "/worklet.js of the demo"]),
    );
    expect(found(artefacts)).toEqual([]);
  });

  test("and the search finds all three where an application does have them, in its source map, too", async () => {
    const files = Object.keys(bundlers).flatMap((name) => [`app.js by ${name}`, `app.js.map by ${name}`]);
    const expected = files.flatMap((file) => Object.keys(secrets).map((what) => `${what} in ${file}`));
    expect(found(await built("leaking.js")).toSorted()).toEqual(expected.toSorted());
  });

  test("and where a chunk in a folder has the key, and its source map the comments that were dropped", async () => {
    const hits = found(await built("leaking-late.js"));
    for (const name of Object.keys(bundlers)) {
      const own = hits.filter((hit) => hit.endsWith(` by ${name}`));
      expect(own.filter((hit) => /^the key in chunks\/[^/]+\.js by/.test(hit))).toHaveLength(1);
      for (const what of Object.keys(secrets))
        expect(own.filter((hit) => hit.startsWith(`${what} in chunks/`) && hit.includes(".js.map by"))).toHaveLength(1);
    }
  });
});
