import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Emulator, startEmulator } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import { exact } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { copyExample, type Example } from "../../examples/start-example.ts";
import { run } from "../../run.ts";
import { root } from "../../workspace.ts";
import type { RunningBrowser } from "../launch/browsers.ts";
import { evaluate } from "../launch/test-page.ts";
import { inEveryBrowser, type Kit } from "../matrix/behaviours.ts";
import { complaintsOf } from "./complaints.ts";
import { visitAtRandom } from "./random-visitor.ts";
import { plainEnvironment, type ServedApplication, serve } from "./serve.ts";

interface Application {
  /** Its folder in `examples/`. */
  readonly name: string;
  /** The file of its component `Captions`. */
  readonly component: string;
  /** The script that serves what `build` made. */
  readonly serveBuilt: string;
}

/** How often it looks decides nothing. It looks until the test runs out of time, if that hangs. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(100);
}

/** Defines the tests of an application: as packed and installed outside the workspace, in development and built. */
export function testApplication({ name, component, serveBuilt }: Application): void {
  let emulator: Emulator;
  let example: Example;
  const served: Partial<Record<"dev" | "built", ServedApplication>> = {};

  beforeAll(async () => {
    emulator = await startEmulator({ ...exact, apiKeys: ["an-example-key"] });
    const service = { ASSEMBLYAI_API_KEY: "an-example-key", ASSEMBLYAI_HOST: emulator.url };
    example = await copyExample(name, inject("packed"));
    await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: example.folder });
    await run("npm", ["run", "build"], { cwd: example.folder, env: plainEnvironment() });
    served.built = await serve(example.folder, serveBuilt, service);
    served.dev = await serve(example.folder, "dev", service);
  }, 900_000);
  afterAll(async () => {
    for (const server of Object.values(served)) await server[Symbol.asyncDispose]();
    await example?.[Symbol.asyncDispose]();
    await emulator?.close();
  });

  test(`the caption component of examples/${name} has at most 25 lines`, async () => {
    const source = await readFile(join(root, "examples", name, component), "utf8");
    const lines = /^export function Captions[\s\S]*?^\}/m.exec(source)?.[0].split("\n") ?? [];
    expect(lines.join("\n")).toContain("useTranscriber");
    expect(lines.length).toBeLessThanOrEqual(25);
  });

  let before: Promise<unknown> = Promise.resolve();

  /** One visit after another: three at once leave a machine no time to end a session within its limit of 5 s. */
  function visit(browser: RunningBrowser, way: "dev" | "built", actions: number) {
    const visited = before.then(() => visitAlone(browser, way, actions));
    before = visited.catch(() => {});
    return visited;
  }

  /** Visits the page, and waits until all sessions of the visit have ended. */
  async function visitAlone(browser: RunningBrowser, way: "dev" | "built", actions: number) {
    const url = served[way]?.url ?? "";
    await using page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(url);
    await complaints.follow();
    await until(() => page.run<boolean>("document.querySelector('main p') !== null"));
    // Browsers let a page play sound after a click.
    await page.click("main p");
    const report = await evaluate(page, visitAtRandom, { seed: 14, actions });
    const agent = await page.run<string>("navigator.userAgent");
    const sessions = () => emulator.sessions.filter(({ handshake }) => handshake.headers["user-agent"] === agent);
    await until(() => sessions().every(({ state }) => state === "ended"));
    expect(sessions().length).toBeGreaterThan(0);
    expect(await complaints.read()).toEqual([]);
    expect(report).toMatchObject({ mostLights: 1, lightsLeft: 0, openContexts: 0, lightsAfter: 0, errors: [] });
    expect(report.heardAfter).toMatch(/one|two|three/i);
    return report;
  }

  // All in one browser; in the others what fits into CI.
  const few = cases(50, 50, 100);
  const actions = { Chromium: 100, Firefox: few, WebKit: few };

  inEveryBrowser(`examples/${name}`, ({ name: browserName, launch, behaviour }: Kit) => {
    let browser: RunningBrowser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.[Symbol.asyncDispose]());

    behaviour(
      "in StrictMode: in random starts, stops, mutes, unmounts and choices of a device, one microphone at most is on, and none at the end",
      async () => {
        const { done, mostWhileReplacing } = await visit(browser, "dev", actions[browserName]);
        // The former device is on until the next one gives sound, so that no word is lost.
        expect(mostWhileReplacing).toBeLessThanOrEqual(2);
        const all = ["Start", "Stop", "Mute", "Unmute", "device while on", "device while off", "About", "Captions"];
        expect(Object.keys(done)).toEqual(expect.arrayContaining(all));
      },
    );

    behaviour("built without any environment variable, shows what is said", async () => {
      await visit(browser, "built", 0);
    });
  });
}
