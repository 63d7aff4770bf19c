import { type Emulator, type Fault, type ObservedSession, startEmulator } from "@voxpipe/emulator";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { buildPrograms, type Programs } from "./programs.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { behaviours, type Seen } from "./suite.ts";

const apiKey = "the-key-of-these-tests";

const faults: readonly Fault[] = [
  { when: { audioMs: 1_200 }, do: "drop", session: of("reconnect"), times: 1 },
  { when: { audioMs: 2_000 }, do: "stall", session: of("backpressure") },
  { when: "connect", do: { refuse: 503 }, session: of("refused handshake") },
  { when: "connect", do: "hang", session: of("abort while connecting") },
];

/** What must have been seen, in the runtime and by the emulator. */
type Expectation = (seen: Seen, sessions: readonly ObservedSession[], runtime: Runtime) => void;

const expectations: Readonly<Record<string, Expectation>> = {
  entry({ entry }, _, runtime) {
    expect(String(entry).split("/").at(-1)).toBe(runtime.entry);
  },
  connect(seen) {
    expect(seen).toMatchObject({ states: ["connecting", "open", "closed"], type: "Begin", hasId: true });
  },
  stream(seen, [session]) {
    expect(seen).toMatchObject({ types: ["Begin", "Turn", "Termination"], sentMs: 4_000 });
    expect(session?.audio.bytes).toBe(seen.written);
  },
  "final transcript"({ finals }) {
    expect(finals).toEqual(["one two three"]);
  },
  termination(seen, [session]) {
    expect(seen).toMatchObject({ last: "Termination", audioDurationSeconds: 3, reconnects: 0, state: "closed" });
    expect(session?.received.at(-1)).toEqual({ type: "Terminate" });
  },
  reconnect(seen, sessions) {
    expect(seen).toMatchObject({ reconnects: 1, connections: 2, lostMs: 0, finals: ["one two three"] });
    expect(sessions).toHaveLength(2);
  },
  backpressure({ waits, accepted, offered }, _, { tellsBuffered }) {
    expect(waits).toBe(true);
    // Unpaced, two kernels' buffers fill up; paced, a burst of 5 s of audio has left and little more.
    expect(accepted).toBeLessThan(tellsBuffered ? Number(offered) / 2 : 512 * 1024);
  },
  "token flow"({ finals }, [session]) {
    expect(finals).toEqual(["one"]);
    expect(session?.handshake.query.get("token")).toBeTruthy();
    expect(session?.handshake.headers.authorization).toBeUndefined();
  },
  "wrong key"({ opened, code, message, secrets }) {
    expect({ opened, code }).toEqual({ opened: false, code: "unauthorized" });
    for (const secret of [secrets].flat()) expect(message).not.toContain(secret);
  },
  "refused handshake"(seen, sessions, { tellsStatus }) {
    expect(seen).toMatchObject(
      tellsStatus ? { code: "handshake-rejected", status: 503 } : { code: "connection-failed" },
    );
    expect(sessions).toHaveLength(1);
  },
  abort(seen, [session]) {
    expect(seen).toMatchObject({ opened: true, code: "aborted", afterwards: "takes no audio", state: "closed" });
    expect(session?.state).toBe("ended");
    expect(session?.received).toEqual([]);
  },
  "abort while connecting"(seen, [session]) {
    expect(seen).toMatchObject({ opened: false, code: "aborted", state: "closed" });
    expect(session?.state).toBe("ended");
  },
  "apiKey in the header"(_, [session]) {
    expect(session?.handshake.headers.authorization).toBe(apiKey);
    expect(session?.handshake.headers["assemblyai-version"]).toBe("2025-05-12");
    expect(session?.handshake.url).not.toContain(apiKey);
  },
  "apiKey refused in browsers"({ code, message }, sessions) {
    expect(code).toBe("api-key-in-browser");
    expect(message).not.toContain(apiKey);
    expect(sessions).toEqual([]);
  },
  StreamingClient(seen) {
    expect(seen).toEqual({ type: "Begin", transcripts: ["one two"] });
  },
  createTemporaryToken({ minted }, _, { mintsTokens }) {
    expect(minted).toBe(mintsTokens);
  },
};

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms(inject("installed"));
}, 60_000);

test("every behaviour of the suite is judged", () => {
  expect(Object.keys(expectations).toSorted()).toEqual([...Object.keys(behaviours), "entry"].toSorted());
});

describe.each(runtimes)("$name", (runtime) => {
  let emulator: Emulator;
  const seen = new Map<unknown, Seen>();

  beforeAll(async () => {
    emulator = await startEmulator({ apiKeys: [apiKey], faults });
    for (const line of await runtime.run(programs, {
      apiHost: emulator.url,
      apiKey,
      tellsBuffered: runtime.tellsBuffered,
    })) {
      const { behaviour, ...what }: Seen = JSON.parse(line);
      seen.set(behaviour, what);
    }
  }, 90_000);
  afterAll(() => emulator?.close());

  test.each(Object.entries(expectations))("%s", (behaviour, expectation) => {
    const what = seen.get(behaviour);
    if (what === undefined) throw new Error("The runtime did not report this behaviour.");
    expect(what.threw).toBeUndefined();
    expectation(what, emulator.sessions.filter(of(behaviour)), runtime);
  });
});

function of(behaviour: string): (session: ObservedSession) => boolean {
  return ({ handshake }) => handshake.query.get("behaviour") === behaviour;
}
