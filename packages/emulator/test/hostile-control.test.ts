import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EmulatorError } from "../src/emulator-error.ts";
import { parseFaults } from "../src/faults/fault-notation.ts";
import { type Emulator, startEmulator } from "../src/server.ts";
import { throwAt, unnoticed, upgradeRequest } from "./support/hostile.ts";
import { RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };
// A kept connection could be closed by the server in the very moment in which it is used again.
const json = { "content-type": "application/json", connection: "close" };
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ history: { sessions: 50 } });
});

afterAll(() => emulator.close());

/** Attacks by setting faults, which are then cleared: sessions that come meanwhile would meet them. */
function unnoticedFaults(attack: () => Promise<void>): Promise<void> {
  return unnoticed(emulator, async () => {
    await attack();
    expect(await ask("DELETE", "/emulator/faults")).toBe(200);
  });
}

async function ask(method: string, path: string, body?: string | Uint8Array): Promise<number> {
  const init = { method, headers: json, ...(body !== undefined && { body: Buffer.from(body) }) };
  const response = await fetch(emulator.url.replace(/^ws/, "http") + path, init);
  const answer: unknown = await response.json();
  if (response.status >= 400) expect(answer).toEqual({ error: expect.stringMatching(/./) });
  return response.status;
}

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 1, 1_006, 65_536, 1e300));
const word = fc.constantFrom("connect", "open", "token", "drop", "hang", "expire", "refuse-used-token", "__proto__");
/** What could nearly be a fault. */
const odd = fc.oneof(
  word,
  number,
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom(
      "audioMs",
      "afterMs",
      "chance",
      "seed",
      "refuse",
      "close",
      "error",
      "send",
      "text",
      "drip",
      "everyMs",
      "headers",
    ),
    fc.oneof(number, fc.jsonValue()),
  ),
);
const nearlyFault = fc.record(
  { when: odd, do: odd, session: odd, times: number, chance: number },
  { requiredKeys: ["when", "do"] },
);

/** Deeper than any recursion goes. */
const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;

const refusable: readonly string[] = [
  "",
  "[",
  "7",
  "null",
  "{}",
  deep,
  `[{"when":"open","do":{"send":${deep}}}]`,
  '[{"when":"token","do":{"refuse":429,"headers":{"a b":"x"}}}]',
  '[{"when":"token","do":{"refuse":429,"headers":{"a":"x\\r\\ny: z"}}}]',
  '[{"when":"connect","do":{"refuse":99}}]',
  '[{"when":"token","do":{"refuse":429,"headers":{"trailer":"x"}}}]',
  '[{"when":"token","do":{"refuse":429,"headers":{"Content-Length":"x"}}}]',
  '[{"when":"connect","do":{"refuse":429,"headers":{"transfer-encoding":"chunked"}}}]',
  '[{"when":"open","do":{"error":70000}}]',
  '[{"when":"open","do":{"error":-1}}]',
  '[{"when":"begin","do":{"drip":0,"everyMs":1}}]',
  `[{"when":"begin","do":{"close":1000,"reason":"${"x".repeat(124)}"}}]`,
];

test.each(refusable.map((body) => ({ body, what: body.slice(0, 60) })))("faults that are none: $what", ({ body }) =>
  unnoticedFaults(async () => {
    expect(await ask("POST", "/emulator/faults", body)).toBe(400);
    expect(await ask("GET", "/emulator/faults")).toBe(200);
    expect(emulator.faults).toEqual([]);
    if (body !== "[" && body.length < 8_000)
      expect(await throwAt(emulator, [upgradeRequest(`/faults/${encodeURIComponent(body)}/v3/ws`)], 5_000)).toMatch(
        /^HTTP\/1.1 (400|404)/,
      );
  }),
);

test("random bodies for faults: taken where they are faults, else refused", () =>
  unnoticedFaults(async () => {
    const body = fc.oneof(
      fc.array(nearlyFault, { maxLength: 3 }).map((faults) => JSON.stringify(faults)),
      fc.json(),
      fc.uint8Array({ maxLength: 300 }),
    );
    await fc.assert(
      fc.asyncProperty(body, async (one) => {
        expect(await ask("POST", "/emulator/faults", one)).toBe(isFaultList(one) ? 200 : 400);
        expect(await ask("GET", "/emulator/faults")).toBe(200);
        // What was taken must hurt nobody when it happens.
        if (emulator.faults.length === 0) return;
        await throwAt(emulator, [upgradeRequest("/v3/ws?sample_rate=16000")]);
        await throwAt(emulator, [
          Buffer.from("GET /v3/token?expires_in_seconds=60 HTTP/1.1\r\nAuthorization: k\r\nHost: localhost\r\n\r\n"),
        ]);
        await ask("DELETE", "/emulator/faults");
      }),
      { numRuns: 80 },
    );
  }));

function isFaultList(body: string | Uint8Array): boolean {
  const text = Buffer.from(body).toString();
  return text.trimStart().startsWith("[") && understood(text.trimStart());
}

function understood(text: string): boolean {
  try {
    parseFaults(text);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(EmulatorError);
    return false;
  }
}

test("random actions for a session: it does them, or they are refused, and other sessions continue", () =>
  unnoticed(emulator, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          odd.map((one) => JSON.stringify(one)),
          fc.uint8Array(),
        ),
        async (body) => {
          await using victim = await RawClient.connect(emulator.url, rate);
          await victim.until("Begin");
          const { index } = emulator.sessions.at(-1) ?? expect.fail();
          expect([200, 400]).toContain(await ask("POST", `/emulator/sessions/${index}/fault`, body));
          expect([400, 404]).toContain(await ask("POST", "/emulator/sessions/999999999999999999999/fault", body));
        },
      ),
      { numRuns: 50 },
    );
  }));

test("random paths and methods under /emulator/", () =>
  unnoticedFaults(async () => {
    const path = fc.oneof(
      fc.webPath(),
      fc
        .array(fc.constantFrom("sessions", "faults", "fault", "0", "-1", "..", "%2e", "%ff", ""))
        .map((all) => all.join("/")),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH"), path, async (method, rest) => {
        const body = method === "GET" ? undefined : "[]";
        expect([200, 400, 404, 405, 426]).toContain(await ask(method, `/emulator/${rest.replace(/^\/+/, "")}`, body));
      }),
      { numRuns: 100 },
    );
  }));

test("random faults in URLs: understood, or refused with 400", () =>
  unnoticed(emulator, async () => {
    const piece = fc.constantFrom(
      ...[
        "audio",
        "=",
        "1",
        "@",
        ":",
        ",",
        "drop",
        "close",
        "connect",
        "open",
        "hang",
        "token",
        "refuse",
        "503",
        "x",
        "%",
        "[",
      ],
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join("")),
      fc.string(),
      fc.array(nearlyFault, { minLength: 1, maxLength: 2 }).map((faults) => JSON.stringify(faults)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (faults) => {
        const known = understood(faults);
        const request = upgradeRequest(`/faults/${encodeURIComponent(faults)}/v3/ws?sample_rate=16000`);
        // What is understood may well be a hang.
        const answer = await throwAt(emulator, [request], known ? 20 : 5_000);
        if (!isPathSegment(faults)) return;
        if (known) expect(answer).not.toMatch(/^HTTP\/1.1 400 Bad Request\r\n.*\r\n\r\n./s);
        else expect(answer).toMatch(/^HTTP\/1.1 400/);
      }),
      { numRuns: 120 },
    );
  }));

/** Whether a URL keeps a text as the one segment it is. */
function isPathSegment(text: string): boolean {
  return text !== "" && text !== "." && text !== "..";
}
