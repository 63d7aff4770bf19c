import { inspect } from "node:util";
import type { EmulatorOptions, SessionAction } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { describe, expect, test } from "vitest";
import { type ConnectOptions, connect, StreamingClient, type StreamingSession } from "voxpipe";

/** With everything that URLs, JSON and regular expressions write in another way. */
const apiKey = `key-"\\/+&=?#%$^*()[]{}|.<>~'!;:@,`;
const token = `tok "\\/+&=?#%$^*()[]{}|.<>~'!;:@,é✓\u{1f600}`;

/** Everything that shows of a value, one way or another. */
function shown(value: unknown): string {
  const parts = [inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })];
  const seen = new Set<unknown>();
  for (let error = value; error instanceof Error && !seen.has(error); error = error.cause) {
    seen.add(error);
    parts.push(error.message, String(error.stack), String(error), JSON.stringify(error) ?? "");
    for (const name of Reflect.ownKeys(error)) parts.push(String(Reflect.get(error, name)));
  }
  try {
    parts.push(JSON.stringify(value) ?? "");
  } catch {}
  return parts.join("\n");
}

/** A secret as it is, and in every way in which it may have been written on the way here. */
function forms(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const inURL = new URLSearchParams({ "": secret }).toString().slice(1);
  return [secret, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(secret), inURL];
}

function expectNoSecret(...values: readonly unknown[]): void {
  const text = values.map(shown).join("\n");
  for (const form of [...forms(apiKey), ...forms(token)]) expect(text).not.toContain(form);
  // Pieces of them neither.
  expect(text).not.toContain('key-"');
  expect(text).not.toMatch(/tok["\\ +%]/);
}

/** Runs a session to its end, and gives back all that can be seen of it. */
async function everythingOf(session: StreamingSession): Promise<unknown[]> {
  const writer = session.audio.getWriter();
  const events: unknown[] = [];
  const reading = (async () => {
    for await (const event of session.events) events.push(event);
  })();
  const promises = [
    session.opened,
    session.closed,
    reading,
    writer.closed,
    writer.write(new Uint8Array(3200)),
    session.keepAlive(),
    session.updateConfiguration({ prompt: "names" }),
  ];
  const settled = await Promise.allSettled(promises);
  const late = await Promise.allSettled([session.close(), session.forceEndpoint()]);
  return [session, writer, session.stats(), ...events, ...settled, ...late].flatMap((value) =>
    typeof value === "object" && value !== null && "reason" in value ? [value, value.reason] : [value],
  );
}

/** Connects with a secret in the only place that its kind has. */
const carriers: readonly (readonly [string, Partial<ConnectOptions>])[] = [
  ["an API key", { apiKey }],
  ["a token", { token }],
  ["a token from a provider", { token: async () => token }],
];

async function runAgainst(options: EmulatorOptions, carried: Partial<ConnectOptions>): Promise<unknown[]> {
  await using emulator = await startEmulator({ tokens: [token], ...options });
  const warnings: string[] = [];
  const session = connect({
    apiHost: emulator.url,
    sampleRate: 16_000,
    connectionRetryDelay: 1,
    maxConnectionRetries: 1,
    reconnect: { maxAttempts: 1 },
    connectTimeout: 300,
    customerSupportAudioCapture: true,
    onWarning: (message) => warnings.push(message),
    ...carried,
  });
  return [...(await everythingOf(session)), warnings];
}

const longReason = (secret: string) => secret.slice(0, 100);
const echoes: readonly (readonly [string, (secret: string) => SessionAction])[] = [
  ["a close reason", (secret) => ({ close: 1008, reason: longReason(secret) })],
  ["a close reason, URL-encoded", (secret) => ({ close: 1011, reason: encodeURIComponent(secret).slice(0, 120) })],
  ["an Error", (secret) => ({ error: 1008, text: `Unknown token ${secret}` })],
  ["an Error with the URL", (secret) => ({ error: 3005, text: `/v3/ws?${new URLSearchParams({ token: secret })}` })],
];

describe.each(carriers)("%s never shows", (_, carried) => {
  const secret = carried.apiKey ?? token;

  test.each(echoes)("when %s of the service repeats it", async (_name, echo) => {
    expectNoSecret(...(await runAgainst({ faults: [{ when: "begin", do: echo(secret) }] }, carried)));
    expectNoSecret(...(await runAgainst({ faults: [{ when: "open", do: echo(secret) }] }, carried)));
  });

  test.each([
    ["bad JSON", secret],
    ["bad JSON in quotes", `{"type":"Turn","token":${JSON.stringify(secret)}`],
    ["an unknown message", { type: "Debug", query: { token: secret } }],
    ["a message that breaks its schema", { type: "Turn", transcript: 7, token: secret }],
    ["a message of an odd type", { type: secret }],
    ["a Warning", { type: "Warning", warning: `The token ${secret} expires` }],
  ])("when %s repeats it", async (_name, send) => {
    const faults = [
      { when: "begin", do: { send } },
      { when: "begin", do: { close: 1000 } },
    ] as const;
    expectNoSecret(...(await runAgainst({ faults }, carried)));
  });

  test.each([
    ["HTTP 401", { faults: [{ when: "connect", do: { refuse: 401, body: secret, headers: { "x-echo": "a" } } }] }],
    ["HTTP 503", { faults: [{ when: "connect", do: { refuse: 503, body: secret } }] }],
    ["a drop", { faults: [{ when: "begin", do: "drop" }] }],
    ["a reset before 101", { faults: [{ when: "connect", do: "reset" }] }],
    ["a hang", { faults: [{ when: "open", do: "hang" }] }],
    ["no failure", { faults: [{ when: "begin", do: { close: 1000 } }] }],
    ["refused credentials", { apiKeys: ["another"], tokens: ["another"] }],
  ] satisfies [string, EmulatorOptions][])("when the session ends with %s", async (_name, options) => {
    expectNoSecret(...(await runAgainst(options, carried)));
  });

  test("when no connection comes about", async () => {
    for (const apiHost of ["ws://127.0.0.1:1", "ws://nonexistent.invalid"])
      expectNoSecret(
        ...(await everythingOf(connect({ apiHost, sampleRate: 16_000, maxConnectionRetries: 0, ...carried }))),
      );
  });

  test("when the client is looked at, connected, failed or closed", async () => {
    await using emulator = await startEmulator({
      tokens: [token],
      faults: [{ when: "begin", do: "drop", session: 1 }],
    });
    for (const _ of [0, 1]) {
      const client = new StreamingClient({ apiHost: emulator.url, sampleRate: 16_000, ...carried });
      const errors: unknown[] = [];
      client.on("Error", (_client, error) => errors.push(error));
      expectNoSecret(client);
      await client.connect().catch((error: unknown) => errors.push(error));
      expectNoSecret(client);
      await client.disconnect({ terminate: true });
      expectNoSecret(client, errors, ...errors);
    }
  });

  test("when the audio source or an abort brings an error that holds it", async () => {
    const holds = Object.assign(new Error(`GET /?token=${encodeURIComponent(secret)} failed`), { secret });
    await using emulator = await startEmulator({ tokens: [token] });
    const options = { apiHost: emulator.url, sampleRate: 16_000, ...carried };
    const failing = connect(options);
    const aborted = connect(options);
    await Promise.all([failing.opened, aborted.opened]);
    await failing.audio.abort(holds);
    const ends = await Promise.allSettled([failing.closed, failing.close()]);
    expectNoSecret(failing.closed, ...ends.map((end) => end.status === "rejected" && end.reason));
    aborted.abort(holds);
    expectNoSecret(...(await everythingOf(aborted)));
  });
});

test("a token provider's error shows neither headers nor tokens", async () => {
  const request = { headers: { Authorization: apiKey } };
  const failure = Object.assign(new Error(`POST failed with ${apiKey}`, { cause: { request } }), {
    request,
    config: request,
  });
  for (const thrown of [failure, new AggregateError([failure], "All failed"), { ...failure, message: "odd" }]) {
    const session = connect({
      apiHost: "ws://127.0.0.1:1",
      sampleRate: 16_000,
      webhookAuthHeaderValue: apiKey,
      maxConnectionRetries: 0,
      token: () => Promise.reject(thrown),
    });
    expectNoSecret(...(await everythingOf(session)));
  }
});

test("options that are refused do not show their secrets", () => {
  const attempt = (options: object): unknown => {
    try {
      return Reflect.apply(connect, undefined, [{ sampleRate: 16_000, apiHost: "ws://127.0.0.1:1", ...options }]);
    } catch (error) {
      return error;
    }
  };
  expectNoSecret(
    attempt({ apiKey: `${apiKey}\n` }),
    attempt({ apiKey, token }),
    attempt({ token: { token } }),
    attempt({ webhookAuthHeaderValue: [apiKey] }),
    attempt({ apikey: apiKey, Token: token }),
    attempt({ apiKey, sampleRate: 1 }),
    attempt({ token, extraParams: token }),
  );
});
