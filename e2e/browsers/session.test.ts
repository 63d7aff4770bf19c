import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type Fault, ManualClock, startEmulator } from "@voxpipe/emulator";
import { exact } from "@voxpipe/testing/exact-emulator";
import { afterAll, beforeAll, expect } from "vitest";
import type { RunningBrowser } from "./launch/browsers.ts";
import { evaluate } from "./launch/test-page.ts";
import { inEveryBrowser } from "./matrix/behaviours.ts";
import { serveSite } from "./site/serve-site.ts";

// Opaque, as the service's are.
const token = "token-of-the-browsers-tests";

interface Failing {
  readonly title: string;
  readonly answer?: { readonly status: number; readonly body: unknown };
  readonly faults?: readonly Fault[];
  readonly reason: RegExp;
}

const failing: readonly Failing[] = [
  { title: "a token that the server refuses", answer: { status: 403, body: {} }, reason: /^unauthorized: .*403/ },
  { title: "an answer without a token", answer: { status: 200, body: {} }, reason: /^token-failed: .*token/ },
  { title: "a service that is down", faults: [{ when: "connect", do: "drop" }], reason: /^connection-failed: / },
];

inEveryBrowser("microphone and session", ({ launch, behaviour }) => {
  let browser: RunningBrowser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  /** A page with a token, and the local server that takes it. */
  async function visit(
    faults: readonly Fault[] = [],
    answer: Failing["answer"] = { status: 200, body: { token } },
    clock?: ManualClock,
  ) {
    const emulator = await startEmulator({ ...exact, tokens: [token], faults, record: true, ...(clock && { clock }) });
    const site = await serveSite({ token: () => answer });
    const page = await browser.newPage();
    await page.goto(site.url);
    return {
      page,
      emulator,
      async [Symbol.asyncDispose]() {
        await page[Symbol.asyncDispose]();
        await site[Symbol.asyncDispose]();
        await emulator.close();
      },
    };
  }

  /**
   * Speaks 6.5 s of audio into a session, as a page does, and calls `heardAll` then; gives the events' types, what was lost,
   * and what was sent.
   */
  async function speak({ page, emulator }: Awaited<ReturnType<typeof visit>>, heardAll = () => {}) {
    await evaluate(page, (apiHost) => voxpipe.startSpeaking(apiHost, 6_500), emulator.url);
    // How often it looks decides nothing.
    while (!(await evaluate(page, () => voxpipe.heardAll()))) await pause(100);
    heardAll();
    return evaluate(page, () => voxpipe.spoken());
  }

  behaviour("what is said before Begin, which takes 12 s, arrives byte by byte", async () => {
    const clock = new ManualClock(Date.now());
    await using visited = await visit([{ when: "open", do: { delay: 12_000 } }], undefined, clock);
    const { sent, ...result } = await speak(visited, () => clock.advance(12_000));
    expect(result).toMatchObject({ lostMs: 0, droppedMs: 0, lights: 0 });
    expect(result.types.at(-1)).toBe("Termination");
    const [session] = visited.emulator.sessions;
    const bytes = Buffer.from(sent, "base64");
    const arrived = Buffer.from(session?.recordedAudio() ?? []);
    expect(bytes.length).toBeGreaterThan(5 * 32_000);
    // The last frame is filled up with silence.
    expect(arrived.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(arrived.length - bytes.length).toBeLessThan(1_600);
  });

  behaviour("a connection that drops while someone speaks loses nothing", async () => {
    await using visited = await visit([{ when: { audioMs: 3_000 }, do: "reset", session: 0 }]);
    const { sent, ...result } = await speak(visited);
    expect(result).toMatchObject({ lostMs: 0, droppedMs: 0, lights: 0 });
    expect(result.types).toEqual(
      expect.arrayContaining(["Begin", "Reconnecting", "Reconnected", "Turn", "Termination"]),
    );
    const bytes = Buffer.from(sent, "base64");
    const [before, behind] = visited.emulator.sessions.map((session) => Buffer.from(session.recordedAudio() ?? []));
    if (!before || !behind) throw new Error("There were no two connections.");
    // The second begins where the last final turn ended, within what the first had. Its last frame is filled up with silence.
    const from = Array.from({ length: before.length / 2 }, (_, sample) => 2 * sample).filter((from) => {
      const rest = bytes.subarray(from);
      return behind.length - rest.length < 1_600 && behind.subarray(0, rest.length).equals(rest);
    });
    expect(from).not.toEqual([]);
    expect(before.subarray(0, from[0]).equals(bytes.subarray(0, from[0]))).toBe(true);
  });

  for (const { title, answer, faults, reason } of failing) {
    behaviour(`${title} ends it with a reason, and the light goes out`, async () => {
      await using visited = await visit(faults, answer);
      const { page, emulator } = visited;
      const result = await evaluate(
        page,
        async ({ apiHost }) => {
          const microphone = await voxpipe.openMicrophone();
          const session = voxpipe.connect({ apiHost, token: voxpipe.tokenFrom("/api/token"), sampleRate: 16_000 });
          await voxpipe.failure(microphone.readable.pipeTo(session.audio));
          const failure = await voxpipe.failure(session.closed);
          await microphone.stop();
          return { failure, state: session.state, lights: voxpipe.lights() };
        },
        { apiHost: emulator.url },
      );
      expect(result.failure).toMatch(reason);
      expect(result).toMatchObject({ state: "closed", lights: 0 });
    });
  }

  behaviour("an API key is refused in a page, before a packet is sent", async () => {
    await using visited = await visit();
    await using refused = await countConnections();
    await using control = await countConnections();
    const failure = await evaluate(
      visited.page,
      async ({ refused, control }) => {
        const work = async () => voxpipe.connect({ apiHost: refused, apiKey: "key", sampleRate: 16_000 });
        const failure = await voxpipe.failure(work());
        const options = { token: "token", sampleRate: 16_000, maxConnectionRetries: 0 };
        await voxpipe.failure(voxpipe.connect({ apiHost: control, ...options }).closed);
        return failure;
      },
      { refused: refused.url, control: control.url },
    );
    expect(failure).toMatch(/^api-key-in-browser: /);
    expect(refused.count).toBe(0);
    expect(control.count).toBeGreaterThan(0);
  });

  behaviour("a policy without the service in connect-src fails at once, and names the host to add", async () => {
    await using emulator = await startEmulator({ tokens: [token] });
    await using site = await serveSite({ policy: "default-src 'none'; script-src 'self'; connect-src 'self'" });
    await using page = await browser.newPage();
    await page.goto(site.url);
    const failure = await evaluate(
      page,
      ({ apiHost, token }) => {
        // Without a bound of its own, the attempt would last as long as the test.
        const session = voxpipe.connect({ apiHost, token, sampleRate: 16_000, connectTimeout: 600_000 });
        return voxpipe.failure(session.closed);
      },
      { apiHost: emulator.url, token },
    );
    expect(failure).toBe(
      `connection-failed: The page's Content-Security-Policy blocks ${emulator.url}. Add ${emulator.url} to its connect-src.`,
    );
    expect(emulator.sessions).toEqual([]);
  });

  behaviour("leaving the loop over the events ends the session and turns the light out", async () => {
    await using visited = await visit();
    const result = await evaluate(
      visited.page,
      async ({ apiHost }) => {
        const microphone = await voxpipe.openMicrophone();
        const session = voxpipe.connect({ apiHost, token: voxpipe.tokenFrom("/api/token"), sampleRate: 16_000 });
        const sending = voxpipe.failure(microphone.readable.pipeTo(session.audio));
        for await (const event of session.events) if (event.type === "Begin") break;
        await sending;
        while (microphone.state !== "stopped") await voxpipe.pause(20);
        return { closed: await voxpipe.failure(session.closed), lights: voxpipe.lights() };
      },
      { apiHost: visited.emulator.url },
    );
    expect(result).toEqual({ closed: "none", lights: 0 });
  });
});

/** Counts who connects, and sends them away. */
async function countConnections() {
  const server = createServer((socket) => {
    counted.count++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const counted = {
    url: `ws://127.0.0.1:${port}`,
    count: 0,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
  return counted;
}
