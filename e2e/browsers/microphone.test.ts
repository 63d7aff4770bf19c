import { afterAll, expect } from "vitest";
import { inEveryBrowser, type Kit } from "./behaviours.ts";
import type { BrowserName, LaunchOptions, RunningBrowser } from "./browsers.ts";
import { type Site, type SiteOptions, serveSite } from "./site.ts";
import { evaluate, type TestPage } from "./test-page.ts";

interface Visit extends AsyncDisposable {
  readonly page: TestPage;
  readonly site: Site;
  readonly browser: RunningBrowser;
}

/** A visitor's page, in a browser that all visits share where they ask for nothing else. */
function visits(launch: (options?: LaunchOptions) => Promise<RunningBrowser>) {
  let shared: Promise<RunningBrowser> | undefined;
  const share = () => {
    shared ??= launch();
    return shared;
  };
  return {
    async visit(options: SiteOptions = {}, launchOptions?: LaunchOptions): Promise<Visit> {
      const browser = await (launchOptions ? launch(launchOptions) : share());
      const site = await serveSite(options);
      const page = await browser.newPage();
      await page.goto(site.url);
      return {
        page,
        site,
        browser,
        async [Symbol.asyncDispose]() {
          await page[Symbol.asyncDispose]();
          if (launchOptions) await browser[Symbol.asyncDispose]();
          await site[Symbol.asyncDispose]();
        },
      };
    },
    close: async () => (await shared)?.[Symbol.asyncDispose](),
  };
}

/** Browsers take seconds to start: one serves all behaviours that leave it as it was. */
const shared = new Map<BrowserName, ReturnType<typeof visits>>();
function sharedVisits({ name, launch }: Kit): ReturnType<typeof visits> {
  const present = shared.get(name) ?? visits(launch);
  shared.set(name, present);
  return present;
}
afterAll(async () => {
  for (const { close } of shared.values()) await close();
});

inEveryBrowser("audio", (kit) => {
  const { behaviour } = kit;
  const { visit } = sharedVisits(kit);

  behaviour("comes in chunks of 50 ms at the rate asked for, with a level", async () => {
    await using visited = await visit();
    const heard = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone({ sampleRate: 8000 });
      const lengths = new Set<number>();
      let loudest = Number.NEGATIVE_INFINITY;
      const reader = microphone.readable.getReader();
      for (let i = 0; i < 40; i++) {
        lengths.add((await reader.read()).value?.length ?? 0);
        loudest = Math.max(loudest, microphone.level.peak);
      }
      const { state, sampleRate, device } = microphone;
      await microphone.stop();
      return { state, sampleRate, device, lengths: [...lengths], loudest };
    });
    expect(heard).toMatchObject({ state: "live", sampleRate: 8000, lengths: [800] });
    expect(heard.device.label).not.toBe("");
    expect(heard.loudest).toBeGreaterThan(-40);
  });

  behaviour("goes on as silence while muted", async () => {
    await using visited = await visit();
    const heard = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone({ constraints: voxpipe.raw });
      const twoSeconds = 64_000;
      const before = await voxpipe.read(microphone, twoSeconds);
      microphone.mute();
      await voxpipe.read(microphone, 6_400);
      const muted = await voxpipe.read(microphone, twoSeconds);
      const isSilent = microphone.level.rms === Number.NEGATIVE_INFINITY;
      microphone.unmute();
      const after = await voxpipe.read(microphone, twoSeconds);
      await microphone.stop();
      return { isSilent, sounds: [before, muted, after].map((bytes) => bytes.some((byte) => byte !== 0)) };
    });
    expect(heard).toEqual({ isSilent: true, sounds: [true, false, true] });
  });

  behaviour("that nobody reads is dropped, the oldest first, to the millisecond", async () => {
    await using visited = await visit();
    const lost = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone({ audioBuffer: 500 });
      const drops: { droppedMs: number; startMs: number }[] = [];
      microphone.addEventListener("dropped", ({ droppedMs, startMs }) => drops.push({ droppedMs, startMs }));
      while (drops.length < 5) await voxpipe.pause(20);
      await microphone.stop();
      const keptMs = (await voxpipe.read(microphone, Number.POSITIVE_INFINITY)).length / 32;
      return { drops, keptMs, droppedMs: microphone.droppedMs };
    });
    const [first] = lost.drops;
    expect(lost.drops.map(({ startMs }) => startMs)).toEqual(lost.drops.map((_, i) => (first?.startMs ?? 0) + i * 50));
    const last = lost.drops.at(-1);
    expect(lost.droppedMs).toBe((last?.startMs ?? 0) + (last?.droppedMs ?? 0));
    expect(lost.keptMs).toBeLessThanOrEqual(500);
  });

  behaviour("of any stream is taken, whose tracks stay the caller's", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      // WebKit starts no audio outside of a click's handler, unless the page captures.
      await navigator.mediaDevices.getUserMedia({ audio: true });
      const context = new AudioContext();
      await context.resume();
      const tone = new OscillatorNode(context, { frequency: 440 });
      const destination = context.createMediaStreamDestination();
      tone.connect(destination);
      tone.start();
      const [track] = destination.stream.getTracks();
      const microphone = await voxpipe.openMicrophone({ stream: destination.stream });
      const bytes = await voxpipe.read(microphone, 32_000);
      const refused = await voxpipe.failure(microphone.setDevice("another"));
      await microphone.stop();
      return {
        sounds: bytes.some((byte) => byte !== 0),
        refused,
        track: track?.readyState,
        asked: voxpipe.granted.length,
      };
    });
    expect(result).toMatchObject({ sounds: true, track: "live", asked: 1 });
    expect(result.refused).toMatch(/^invalid-options/);
  });
});

inEveryBrowser("devices", ({ launch, behaviour }) => {
  const { visit, close } = visits(launch);
  afterAll(close);

  behaviour("are listed by name, and changed while audio flows", async () => {
    await using visited = await visit();
    const changed = await evaluate(visited.page, async () => {
      const microphone = await voxpipe.openMicrophone();
      const devices = await voxpipe.listMicrophones();
      const other = devices.at(-1)?.deviceId ?? "";
      let events = 0;
      microphone.addEventListener("devicechange", () => events++);
      await microphone.setDevice(other);
      const bytes = await voxpipe.read(microphone, 16_000);
      const result = {
        labels: devices.map(({ label }) => label),
        isOther: microphone.device.deviceId === other,
        events,
        bytes: bytes.length,
        lights: voxpipe.lights(),
        missing: await voxpipe.failure(microphone.setDevice("no-such-device")),
        state: microphone.state,
      };
      await microphone.stop();
      return { ...result, after: voxpipe.lights() };
    });
    expect(changed.labels.length).toBeGreaterThan(0);
    expect(changed.labels.every((label) => label !== "")).toBe(true);
    expect(changed).toMatchObject({ isOther: true, events: 1, lights: 1, state: "live", after: 0 });
    expect(changed.bytes).toBeGreaterThanOrEqual(16_000);
    expect(changed.missing).toMatch(/^no-device: .*listMicrophones/);
  });

  behaviour("whose AudioContext is interrupted go on", async () => {
    await using visited = await visit();
    const states = await evaluate(visited.page, async () => {
      const contexts: AudioContext[] = [];
      const Original = AudioContext;
      globalThis.AudioContext = class extends Original {
        constructor(options?: AudioContextOptions) {
          super(options);
          contexts.push(this);
        }
      };
      const microphone = await voxpipe.openMicrophone();
      const states: string[] = [];
      const live = new Promise<void>((resolve) =>
        microphone.addEventListener("statechange", () => {
          states.push(microphone.state);
          if (microphone.state === "live") resolve();
        }),
      );
      await contexts[0]?.suspend();
      await live;
      await voxpipe.read(microphone, 32_000);
      await microphone.stop();
      return states;
    });
    expect(states).toEqual(["interrupted", "live", "stopped"]);
  });

  behaviour("that become the system's default are followed, unless one was chosen", async () => {
    await using visited = await visit();
    await evaluate(visited.page, async () => {
      await voxpipe.watch();
      const [chosen] = await voxpipe.listMicrophones();
      await voxpipe.watch({ deviceId: chosen?.deviceId });
    });
    await (visited.browser.devices?.plugIn() ?? evaluate(visited.page, () => voxpipe.pretendDefault()));
    const result = await evaluate(visited.page, async () => {
      const [following, staying] = [voxpipe.watched(0), voxpipe.watched(1)];
      await following.switched;
      const bytes = await voxpipe.read(following.microphone, 64_000);
      const lights = voxpipe.lights();
      const states = [following, staying].map(({ microphone, device }) => ({
        sameDevice: microphone.device.deviceId === device,
        state: microphone.state,
      }));
      await Promise.all([following.microphone.stop(), staying.microphone.stop()]);
      return { states, lights, sounds: bytes.some((byte) => byte !== 0), after: voxpipe.lights() };
    });
    expect(result).toMatchObject({ lights: 2, sounds: true, after: 0 });
    expect(result.states[0]).toEqual({ sameDevice: false, state: "live" });
    expect(result.states[1]).toEqual({ sameDevice: true, state: "live" });
  });

  behaviour("that are lost are followed by the next, and the audio goes on", async () => {
    await using visited = await visit();
    await evaluate(visited.page, async () => {
      const { microphone } = await voxpipe.watch();
      await voxpipe.read(microphone, 6_400);
    });
    await (visited.browser.devices?.unplug() ?? evaluate(visited.page, () => voxpipe.pretendLoss("one")));
    const result = await evaluate(visited.page, async () => {
      const { microphone, states, switched } = voxpipe.watched(0);
      await switched;
      const bytes = await voxpipe.read(microphone, 64_000);
      const lights = voxpipe.lights();
      await microphone.stop();
      return { states, lights, sounds: bytes.some((byte) => byte !== 0), after: voxpipe.lights() };
    });
    expect(result).toEqual({ states: ["interrupted", "live", "stopped"], lights: 1, sounds: true, after: 0 });
  });

  behaviour("that are lost without another end the audio, behind what was heard, with a reason", async () => {
    await using visited = await visit();
    await evaluate(visited.page, async () => {
      const { microphone } = await voxpipe.watch();
      while (microphone.level.peak === Number.NEGATIVE_INFINITY) await voxpipe.pause(20);
    });
    await (visited.browser.devices?.unplugAll() ?? evaluate(visited.page, () => voxpipe.pretendLoss("all")));
    const result = await evaluate(visited.page, async () => {
      const { microphone } = voxpipe.watched(0);
      let bytes = 0;
      const count = new WritableStream<Uint8Array>({
        write: (chunk) => {
          bytes += chunk.length;
        },
      });
      const failure = await voxpipe.failure(microphone.readable.pipeTo(count));
      return { failure, bytes, state: microphone.state, lights: voxpipe.lights() };
    });
    expect(result.failure).toMatch(/^device-lost: /);
    expect(result.bytes).toBeGreaterThan(0);
    expect(result).toMatchObject({ state: "stopped", lights: 0 });
  });
});

inEveryBrowser("the light goes out", (kit) => {
  const { behaviour } = kit;
  const { visit } = sharedVisits(kit);

  const ways = {
    stop: "microphone.stop()",
    cancel: "microphone.readable.cancel()",
    "a pipe that fails":
      "voxpipe.failure(microphone.readable.pipeTo(new WritableStream({ write() { throw new Error() } })))",
    abort: "controller.abort()",
    "await using": "microphone[Symbol.asyncDispose]()",
  };

  for (const [title, way] of Object.entries(ways))
    behaviour(`by ${title}`, async () => {
      await using visited = await visit();
      const lights = await visited.page.run<[number, number, string]>(`(async () => {
      const controller = new AbortController();
      const microphone = await voxpipe.openMicrophone({ signal: controller.signal });
      const before = voxpipe.lights();
      await ${way};
      return [before, voxpipe.lights(), microphone.state];
    })()`);
      expect(lights).toEqual([1, 0, "stopped"]);
    });

  behaviour("when permission comes after the page has given up", async () => {
    await using visited = await visit();
    const result = await evaluate(visited.page, async () => {
      const ask = navigator.mediaDevices.getUserMedia;
      let grant = () => {};
      const asked = new Promise<void>((resolve) => {
        grant = resolve;
      });
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        await asked;
        return ask(constraints);
      };
      const controller = new AbortController();
      const opening = voxpipe.failure(voxpipe.openMicrophone({ signal: controller.signal }));
      controller.abort();
      const failure = await opening;
      grant();
      while (voxpipe.granted.length === 0 || voxpipe.lights() > 0) await voxpipe.pause(10);
      return { failure, granted: voxpipe.granted.length, lights: voxpipe.lights() };
    });
    expect(result).toMatchObject({ granted: 1, lights: 0 });
    expect(result.failure).toMatch(/^aborted: /);
  });

  behaviour("at whatever moment of opening the page gives up", async () => {
    await using visited = await visit();
    const lights = await evaluate(visited.page, async () => {
      for (let delay = 0; delay < 200; delay += 10) {
        const opening = voxpipe.openMicrophone({ signal: AbortSignal.timeout(delay) });
        await opening.catch(() => {});
      }
      const opened = await voxpipe.openMicrophone();
      await opened.stop();
      for (let waits = 0; waits < 50 && voxpipe.lights() > 0; waits++) await voxpipe.pause(100);
      return voxpipe.lights();
    });
    expect(lights).toBe(0);
  });

  behaviour("of two opened at once, each by its own stop", async () => {
    await using visited = await visit();
    const lights = await evaluate(visited.page, async () => {
      const [first, second] = await Promise.all([voxpipe.openMicrophone(), voxpipe.openMicrophone()]);
      const both = voxpipe.lights();
      await Promise.all([first.stop(), first.stop()]);
      const one = voxpipe.lights();
      const bytes = await voxpipe.read(second, 16_000);
      await second.stop();
      return [both, one, bytes.length >= 16_000, voxpipe.lights()];
    });
    expect(lights).toEqual([2, 1, true, 0]);
  });

  behaviour(
    "fifty times",
    async () => {
      await using visited = await visit();
      const result = await evaluate(visited.page, async () => {
        const open = new Set<AudioContext>();
        const Original = AudioContext;
        globalThis.AudioContext = class extends Original {
          constructor(options?: AudioContextOptions) {
            super(options);
            open.add(this);
          }
        };
        for (let i = 0; i < 50; i++) {
          const microphone = await voxpipe.openMicrophone();
          await voxpipe.read(microphone, 1_600);
          await microphone.stop();
        }
        const left = [...open].filter((context) => context.state !== "closed");
        return { granted: voxpipe.granted.length, lights: voxpipe.lights(), contexts: open.size, left: left.length };
      });
      expect(result).toEqual({ granted: 50, lights: 0, contexts: 50, left: 0 });
    },
    180_000,
  );
});

inEveryBrowser("failures say what to do", (kit) => {
  const { behaviour } = kit;
  const { visit } = sharedVisits(kit);

  behaviour("permission denied", async () => {
    await using visited = await visit({}, { permission: "deny" });
    const failure = await evaluate(visited.page, () => voxpipe.failure(voxpipe.openMicrophone()));
    expect(failure).toMatch(/^permission-(denied|dismissed): .*[Aa]llow it/);
  });

  behaviour("no device", async () => {
    await using visited = await visit({}, { microphone: "none" });
    const failure = await evaluate(visited.page, () => voxpipe.failure(voxpipe.openMicrophone()));
    expect(failure).toMatch(/^no-device: .*Plug one in/);
  });

  behaviour("plain HTTP", async () => {
    await using visited = await visit({}, { host: "example.test" });
    await visited.page.goto(visited.site.url.replace("127.0.0.1", "example.test"));
    const failure = await evaluate(visited.page, () => voxpipe.failure(voxpipe.openMicrophone()));
    expect(failure).toMatch(/^insecure-context: .*HTTPS/);
  });

  behaviour("a worklet that is not there, and one that the policy blocks", async () => {
    await using visited = await visit();
    const failures = await evaluate(visited.page, async () => {
      const blob = URL.createObjectURL(new Blob(["0"], { type: "text/javascript" }));
      return {
        missing: await voxpipe.failure(voxpipe.openMicrophone({ workletUrl: "/nowhere.js" })),
        blob: await voxpipe.failure(voxpipe.openMicrophone({ workletUrl: blob })),
        lights: voxpipe.lights(),
      };
    });
    expect(failures.missing).toMatch(/^worklet-failed: .*nowhere\.js/);
    expect(failures.blob).toMatch(/^worklet-blocked: .*script-src/);
    expect(failures.lights).toBe(0);
  });

  behaviour("a Blob works where the policy allows it", async () => {
    const policy = "default-src 'none'; script-src 'self' blob:; connect-src 'self'";
    await using visited = await visit({ policy });
    const bytes = await evaluate(visited.page, async () => {
      const source = await (await fetch("/worklet.js")).blob();
      const workletUrl = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      const microphone = await voxpipe.openMicrophone({ workletUrl });
      const read = await voxpipe.read(microphone, 3_200);
      await microphone.stop();
      return read.length;
    });
    expect(bytes).toBeGreaterThanOrEqual(3_200);
  });
});
