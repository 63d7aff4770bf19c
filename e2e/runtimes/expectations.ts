import type { Fault, ObservedSession } from "@voxpipe/emulator";
import { expect } from "vitest";
import type { Seen } from "./suite.ts";

/** The emulator's, and the suite's where that has one. */
export const apiKey = "the-key-of-these-tests";

/** How the emulator misbehaves, and towards whom. */
export const faults: readonly Fault[] = [
  { when: { audioMs: 1_200 }, do: "drop", session: sessionsOf("reconnect"), times: 1 },
  { when: { audioMs: 2_000 }, do: "stall", session: sessionsOf("backpressure") },
  { when: "connect", do: { refuse: 503 }, session: sessionsOf("refused handshake") },
  { when: "connect", do: "hang", session: sessionsOf("abort while connecting") },
];

/** What a runtime can do, and what it cannot. */
export interface Abilities {
  /** The file that `voxpipe` must resolve to there. */
  readonly entry: string;
  /** Whether failed handshakes report their HTTP status. */
  readonly tellsStatus: boolean;
  /** Whether sockets report what waits in them. */
  readonly tellsBuffered: boolean;
  /** Whether `StreamingClient` mints tokens. */
  readonly mintsTokens: boolean;
}

export interface OwnName {
  /** The `User-Agent` of a handshake. */
  readonly userAgent: RegExp;
}

export interface AgentAbility {
  /** What the option `agent` takes, if there is one. */
  readonly agent: "http.Agent" | "proxy URL" | "unknown";
}

/** What must have been seen, in the runtime and by the emulator. */
type Expectation<A = Abilities> = (seen: Seen, sessions: readonly ObservedSession[], abilities: A) => void;

export const expectations: Readonly<Record<string, Expectation>> = {
  entry({ entry }, _, abilities) {
    expect(String(entry).split("/").at(-1)).toBe(abilities.entry);
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

/** The same of `behindOthers`. */
export const expectationsBehindOthers: Readonly<Record<string, Expectation<Abilities & AgentAbility & OwnName>>> = {
  "User-Agent"(_, sessions, { userAgent }) {
    expect(sessions.map(({ handshake }) => handshake.headers["user-agent"])).toEqual([
      expect.stringMatching(userAgent),
    ]);
  },
  "redirected handshake"(seen, _, { tellsStatus }) {
    expect(seen).toMatchObject(
      tellsStatus ? { code: "handshake-rejected", status: 307, retryable: false } : { code: "connection-failed" },
    );
  },
  "redirected token request"({ code, message }) {
    expect(code).toBe("token-failed");
    expect(message).toContain("a redirect, which is not followed");
  },
  agent({ finals, code, message }, sessions, { agent }) {
    if (agent === "proxy URL") return expect(finals).toEqual(["one"]);
    expect(code).toBe("invalid-options");
    expect(message).toContain(agent === "http.Agent" ? "agent: a string is not valid" : "agent: unknown option");
    expect(sessions).toEqual([]);
  },
  proxy({ minted, code, message }, _, { agent }) {
    if (agent === "proxy URL") return expect(minted).toBe(true);
    expect(code).toBe("invalid-options");
    expect(message).toContain("proxy: unknown option");
  },
};

/** Those in which the suite tried this behaviour. */
export function sessionsOf(behaviour: string): (session: ObservedSession) => boolean {
  return ({ handshake }) => handshake.query.get("behaviour") === behaviour;
}
