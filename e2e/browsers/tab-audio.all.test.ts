import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { startEmulator } from "@voxpipe/emulator";
import { needing } from "@voxpipe/testing";
import { build } from "esbuild";
import { chromium, type Page } from "playwright-core";
import { expect, test } from "vitest";
import { root } from "../workspace.ts";
import { programPath } from "./launch/program-path.ts";

const title = "Meeting of voxpipe";
const token = "a-temporary-token";

/** A page that can be heard once it has been clicked on. */
const meeting = `<!doctype html><title>${title}</title><script>
  document.onclick = () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 440 });
    tone.connect(context.destination);
    tone.start();
    window.silence = () => tone.disconnect();
  };
</script>`;

/** Makes the microphone a tone: a device of Chromium's own would replace tabs as well. */
const microphone = `
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const destination = new MediaStreamAudioDestinationNode(context);
    const tone = new OscillatorNode(context, { frequency: 880 });
    tone.connect(destination);
    tone.start();
    return destination.stream;
  };
`;

/** Opens both sides as channels at a click. */
const app = `
  import { connectChannels } from "@voxpipe/channels";
  import { openMicrophone, openTabAudio } from "@voxpipe/microphone";
  ${microphone}
  window.start = async (apiHost) => {
    const others = await openTabAudio({ workletUrl: "/worklet.js" });
    const me = await openMicrophone({ workletUrl: "/worklet.js" });
    const call = connectChannels({ channels: ["others", "me"], sampleRate: 16_000, apiHost, token: "${token}" });
    const ended = others.readable.pipeTo(call.audio.others).then(() => "well", String);
    me.readable.pipeTo(call.audio.me).catch(() => {});
    const problems = [];
    others.addEventListener("problem", ({ problem }) => problems.push(problem?.code ?? "none"));
    const turns = new Set();
    void (async () => {
      for await (const event of call.events) if (event.type === "Turn") turns.add(event.channel);
    })();
    window.call = {
      level: () => others.level.peak,
      turns: () => [...turns].sort(),
      problems: () => problems,
      state: () => others.state,
      ended,
      close: async () => { await me.stop(); return Object.keys((await call.close()).channels); },
    };
  };
`;

/** One transcriber of both sides, which starts at a click. `lights` are the sources that are on. */
const oneTranscriber = `
  import { openTabAudio } from "@voxpipe/microphone";
  import { createTranscriber } from "@voxpipe/transcriber";
  ${microphone}
  const granted = [];
  for (const name of ["getUserMedia", "getDisplayMedia"]) {
    const ask = navigator.mediaDevices[name].bind(navigator.mediaDevices);
    navigator.mediaDevices[name] = async (constraints) => {
      const stream = await ask(constraints);
      granted.push(...stream.getAudioTracks());
      return stream;
    };
  }
  const workletUrl = "/worklet.js";
  window.prepare = (apiHost) => {
    const transcriber = createTranscriber({
      apiHost,
      token: "${token}",
      microphone: { workletUrl },
      sources: { me: "microphone", others: () => openTabAudio({ workletUrl }) },
    });
    transcriber.mute();
    document.onclick = () => transcriber.start();
    window.both = {
      transcriber,
      state() {
        const { status, error, channels } = transcriber.snapshot;
        return [error?.message ?? status, channels.me?.status, channels.others?.status];
      },
      heard() {
        const { turns, partials } = transcriber.snapshot.transcript;
        return [...new Set([...turns, ...partials].map(({ channel }) => channel))].sort();
      },
      wrong: () => transcriber.snapshot.channels.others?.error?.code,
      lights: () => granted.filter(({ readyState }) => readyState === "live").length,
    };
  };
`;

/** The two pages, and Chromium that shares the meeting's tab when it is asked. */
async function openPages(program: string) {
  const bundle = await build({
    stdin: { contents: program, resolveDir: join(root, "e2e"), loader: "js" },
    tsconfig: join(root, "tsconfig.base.json"),
    alias: {
      "@voxpipe/channels": join(root, "packages/channels/src/index.ts"),
      "@voxpipe/microphone": join(root, "packages/microphone/src/index.ts"),
      "@voxpipe/transcriber": join(root, "packages/transcriber/src/index.ts"),
      voxpipe: join(root, "packages/client/src/entries/web.ts"),
    },
    bundle: true,
    format: "esm",
    // As an application's bundler does, so that what is loaded on demand is waited for.
    splitting: true,
    outdir: root,
    write: false,
  });
  const worklet = await readFile(join(root, "packages/microphone/dist/worklet.js"));
  const files = new Map<string | undefined, [type: string, content: string | Buffer]>([
    ["/meeting", ["text/html", meeting]],
    ["/app", ["text/html", '<!doctype html><title>App</title><script type="module" src="/stdin.js"></script>']],
    ["/worklet.js", ["text/javascript", worklet]],
  ]);
  for (const { path, text } of bundle.outputFiles) files.set(`/${basename(path)}`, ["text/javascript", text]);
  const server = createServer((request, response) => {
    const [type, content] = files.get(request.url) ?? ["text/plain", ""];
    response.setHeader("content-type", type).end(content);
  }).listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  const origin = `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}`;
  const browser = await chromium.launch({
    executablePath: programPath("Chromium"),
    // A tab that is muted shares silence.
    ignoreDefaultArgs: ["--mute-audio"],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-quic",
      `--auto-select-tab-capture-source-by-title=${title}`,
    ],
  });
  const context = await browser.newContext({ permissions: ["microphone"] });
  const open = async (path: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(origin + path);
    return page;
  };
  return {
    open,
    async [Symbol.asyncDispose]() {
      await browser.close();
      server.close();
    },
  };
}

test(
  "in Chromium, a shared tab and the microphone are two channels of one page; the end of the share is reported",
  needing("Chromium"),
  async () => {
    await using emulator = await startEmulator({ tokens: [token] });
    await using pages = await openPages(app);
    const other = await pages.open("/meeting");
    await other.mouse.click(5, 5);
    const page = await pages.open("/app");
    await page.mouse.click(5, 5);
    await page.evaluate(`start(${JSON.stringify(emulator.url)})`);

    await expect.poll(() => page.evaluate("call.turns()")).toEqual(["me", "others"]);
    // In dBFS: the tone is as loud as can be.
    await expect.poll(() => page.evaluate("call.level()")).toBeGreaterThan(-20);
    expect(await page.evaluate("call.problems()")).toEqual([]);

    await other.evaluate("silence()");
    await expect.poll(() => page.evaluate("call.problems()")).toEqual(["silent"]);
    await other.close();
    expect(await page.evaluate("call.ended")).toBe("well");
    expect(await page.evaluate("call.problems()")).toEqual(["silent", "share-ended"]);
    expect(await page.evaluate("call.state()")).toBe("stopped");
    expect(await page.evaluate("call.close()")).toEqual(["others", "me"]);
    expect(emulator.sessions).toHaveLength(2);
  },
);

test(
  "in Chromium, one transcriber hears a shared tab and the microphone: one transcript with the right channels, and no light after a stop",
  needing("Chromium"),
  async () => {
    await using emulator = await startEmulator({ tokens: [token] });
    await using pages = await openPages(oneTranscriber);
    const other = await pages.open("/meeting");
    await other.mouse.click(5, 5);
    const page = await pages.open("/app");
    await page.evaluate(`prepare(${JSON.stringify(emulator.url)})`);
    await page.mouse.click(5, 5);

    await expect.poll(() => page.evaluate("both.state()")).toEqual(["listening", "open", "open"]);
    expect(await page.evaluate("both.lights()")).toBe(2);
    // The microphone is muted: these words are the tab's.
    await expect.poll(() => page.evaluate("both.heard()")).toEqual(["others"]);
    await page.evaluate("both.transcriber.unmute()");
    await expect.poll(() => page.evaluate("both.heard()")).toEqual(["me", "others"]);
    await page.evaluate("both.transcriber.stop()");
    expect(await page.evaluate("both.state()")).toEqual(["idle", "ended", "ended"]);
    expect(await page.evaluate("both.lights()")).toBe(0);

    await page.mouse.click(5, 5);
    await expect.poll(() => page.evaluate("both.state()")).toEqual(["listening", "open", "open"]);
    await other.close();
    await expect.poll(() => page.evaluate("both.state()")).toEqual(["listening", "open", "ended"]);
    expect(await page.evaluate("both.wrong()")).toBe("share-ended");
    expect(await page.evaluate("both.lights()")).toBe(1);
    await page.evaluate("both.transcriber.stop()");
    expect(await page.evaluate("both.state()")).toEqual(["idle", "ended", "ended"]);
    expect(await page.evaluate("both.lights()")).toBe(0);
    expect(emulator.sessions).toHaveLength(4);
  },
);
