// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fakeMicrophone, fakeMicrophones } from "@voxpipe/microphone/testing";
import { compile as compileSvelte } from "svelte/compiler";
import ts from "typescript";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as vue from "vue";
import { compileScript, parse as parseVue } from "vue/compiler-sfc";
import { createTranscriber, type SourcesOptions, type Transcriber } from "../src/index.ts";
import { table } from "../src/machine.ts";
import { type Kit, startKit, tone } from "./kit.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

beforeEach(() => document.body.replaceChildren());
afterEach(() => vi.unstubAllGlobals());

/** Runs a compiled module and gives its default export. */
function run(code: string, modules: Readonly<Record<string, unknown>>): unknown {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const module: { exports: { default?: unknown } } = { exports: {} };
  const load = (name: string) => modules[name] ?? {};
  new Function("module", "exports", "require", outputText)(module, module.exports, load);
  return module.exports.default;
}

function example(language: string): string {
  const code = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(readme)?.[1];
  if (code === undefined) throw new Error(`The README has no example of ${language}.`);
  expect(code.split("\n").length).toBeLessThanOrEqual(22);
  return code;
}

const frameworks: Readonly<Record<string, (transcriber: Transcriber) => Promise<() => unknown>>> = {
  async vue(transcriber) {
    const { descriptor } = parseVue(example("vue"));
    const { content } = compileScript(descriptor, { id: "example", inlineTemplate: true });
    const component = run(content, { vue, "./transcriber.js": { transcriber } });
    const app = vue.createApp(component as vue.Component);
    app.mount(document.body);
    return () => app.unmount();
  },
  async svelte(transcriber) {
    const { js } = compileSvelte(example("svelte"), { generate: "client" });
    // Node's own conditions lead to what renders on a server.
    const folder = createRequire(import.meta.filename)
      .resolve("svelte/package.json")
      .replace("package.json", "src/");
    const files: Readonly<Record<string, string>> = {
      svelte: "index-client.js",
      "svelte/store": "store/index-client.js",
      "svelte/internal/client": "internal/client/index.js",
      "svelte/internal/flags/legacy": "internal/flags/legacy.js",
    };
    const modules: Record<string, unknown> = { "./transcriber.js": { transcriber } };
    for (const [name, file] of Object.entries(files))
      modules[name] = await import(/* @vite-ignore */ pathToFileURL(`${folder}${file}`).href);
    const { mount, unmount } = await import(/* @vite-ignore */ pathToFileURL(`${folder}index-client.js`).href);
    const mounted = mount(run(js.code, modules), { target: document.body });
    return () => unmount(mounted);
  },
};

async function press(name: string, { until }: Kit): Promise<void> {
  await until(() => [...document.querySelectorAll("button")].some(({ textContent }) => textContent === name));
  for (const button of document.querySelectorAll("button")) if (button.textContent === name) button.click();
}

test.each(Object.entries(frameworks))(
  "the example for %s starts, shows what is said, stops, and turns the microphone off when it goes",
  async (_, mount) => {
    await using kit = await startKit();
    const { fake, until } = kit;
    const unmount = await mount(kit.transcriber);
    await press("Start", kit);
    await until(() => /two/.test(document.body.textContent ?? ""));
    expect(document.querySelector("[role=status]")?.textContent).toBe("listening");
    await press("Stop", kit);
    await until(() => document.querySelector("[role=status]")?.textContent === "idle");
    fake.refuse("permission-denied");
    await press("Start", kit);
    await until(() => /permission-denied/.test(document.querySelector("[role=status]")?.textContent ?? ""));
    fake.refuse(undefined);
    await kit.transcriber.start();
    expect(fake.lights).toBe(1);
    await unmount();
    expect(fake.lights).toBe(0);
  },
);

test("the example for both sides of a meeting shows who said what, and a share that ends, and turns both off", async () => {
  await using kit = await startKit();
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms / 10));
  const voice = { audio: tone(3), after: "silence", wait } as const;
  const [fake, tab] = [fakeMicrophones(voice), fakeMicrophone(voice)];
  const [startButton, stopButton] = [document.createElement("button"), document.createElement("button")];
  const show = vi.fn<(status: string, said: string, wrong?: string) => void>();
  for (const [name, value] of Object.entries({ startButton, stopButton, show })) vi.stubGlobal(name, value);
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  const code = blocks.find((block) => block.includes("sources: {")) ?? "";
  let meeting: Transcriber | undefined;
  run(code, {
    voxpipe: { tokenFrom: () => undefined },
    "@voxpipe/microphone": { openTabAudio: async () => tab },
    "@voxpipe/transcriber": {
      createTranscriber(options: SourcesOptions) {
        const given = { apiKey: "example", apiHost: kit.emulator.url, pace: false, microphones: fake };
        meeting = createTranscriber({ ...options, ...given });
        return meeting;
      },
    },
  });
  startButton.click();
  const said = () => show.mock.lastCall?.[1].split("\n");
  // Which words depends on when each of them was open: where one is late, silence takes its place.
  await expect
    .poll(said)
    .toEqual(expect.arrayContaining([expect.stringMatching(/^me: \w+ \w/), expect.stringMatching(/^others: \w+ \w/)]));
  await tab.stop();
  await expect.poll(() => meeting?.snapshot.channels.others?.status).toBe("ended");
  expect(show.mock.lastCall?.[0]).toBe("listening");
  stopButton.click();
  await expect.poll(() => show.mock.lastCall?.[0]).toBe("idle");
  expect(fake.lights).toBe(0);
});

test("the table of states is that of the code", () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| `\w+` +\| ([^|]*)\| ([^|]*)\| ([^|]*)\|/gm)];
  const named = (cell = "") => /`(\w+)`/.exec(cell)?.[1];
  const written = rows.map(([, phase = "", ...cells]) => [phase, ...cells.map(named)]);
  const inCode = Object.entries(table).map(([phase, { start, stop, pause }]) => [
    phase,
    start?.[0],
    stop?.[0],
    pause?.[0],
  ]);
  expect(written).toEqual(inCode);
});
