import { createTokenHandler } from "@voxpipe/token";
import {
  type ConnectOptions,
  connect,
  StreamingClient,
  StreamingError,
  type StreamingEvent,
  type StreamingSession,
  tokenFrom,
} from "voxpipe";
import { tone } from "./audio.ts";
import { connect as connectInBrowser } from "./browser.ts";

/** Where to connect, and with what. */
export interface Surroundings {
  /** The emulator's URL. */
  readonly apiHost: string;
  readonly apiKey: string;
  /** A server for the key that is refused, where another than the emulator counts connections: nothing may come there. */
  readonly untouched?: string;
  /** Answers a request with `?behaviour=…` once the emulator has seen a handshake of it. */
  readonly witness: string;
  /** A server whose every answer is a redirect to `untouched`, as fits `apiHost`. */
  readonly redirecting?: string;
  /** The URL of an HTTP proxy. */
  readonly proxy?: string;
  /** Whether sockets report what waits in them; otherwise only `pace` holds audio back. */
  readonly tellsBuffered: boolean;
}

/** What was seen of one behaviour: JSON, judged by the tests outside the runtime. */
export type Seen = Readonly<Record<string, unknown>>;

/**
 * The neutral suite: the same in every runtime, on nothing but voxpipe and what all of them share. Each behaviour reports
 * what it saw. The emulator knows its sessions by their parameter `behaviour`, and misbehaves in some.
 */
export const behaviours: Readonly<Record<string, (surroundings: Surroundings) => Promise<Seen>>> = {
  async connect(surroundings) {
    const session = connect(options("connect", surroundings));
    const before = session.state;
    const begin = await session.opened;
    const open = session.state;
    await session.close();
    return { states: [before, open, session.state], type: begin.type, hasId: begin.id.length > 0 };
  },

  async stream(surroundings) {
    const session = connect(options("stream", surroundings));
    const [events, written] = await Promise.all([collect(session), write(session, tone(2))]);
    return { types: [...new Set(events.map(({ type }) => type))], written, sentMs: session.stats().audioSentMs };
  },

  async "final transcript"(surroundings) {
    const session = connect(options("final transcript", surroundings));
    const [events] = await Promise.all([collect(session), write(session, tone(3))]);
    return { finals: finals(events) };
  },

  async termination(surroundings) {
    const session = connect(options("termination", surroundings));
    const [events] = await Promise.all([collect(session), write(session, tone(1))]);
    const { audioDurationSeconds, reconnects } = await session.closed;
    return { last: events.at(-1)?.type, audioDurationSeconds, reconnects, state: session.state };
  },

  async reconnect(surroundings) {
    const session = connect({ ...options("reconnect", surroundings), connectionRetryDelay: 10 });
    const [events] = await Promise.all([collect(session), write(session, tone(3))]);
    const lost = events.map((event) => (event.type === "Reconnected" ? event.lost_ms : 0));
    const { reconnects, sessionIds } = await session.closed;
    return {
      reconnects,
      connections: sessionIds.length,
      lostMs: lost.reduce((a, b) => a + b, 0),
      finals: finals(events),
    };
  },

  async backpressure(surroundings) {
    const session = connect({
      ...options("backpressure", surroundings),
      frameDuration: 1000,
      pace: surroundings.tellsBuffered ? false : { rate: 1.25, burst: 5000 },
    });
    const ended = session.closed.catch(() => {});
    await session.opened;
    const writer = session.audio.getWriter();
    const second = new Uint8Array(32_000);
    const offered = 48 * 1024 * 1024;
    let accepted = 0;
    let waits = false;
    while (accepted < offered && !waits) {
      writer.write(second).catch(() => {});
      accepted += second.length;
      waits = !(await settledWithin(writer.ready, surroundings.tellsBuffered ? 1500 : 400));
    }
    session.abort();
    await ended;
    return { waits, accepted, offered };
  },

  async "token flow"(surroundings) {
    const { apiHost, apiKey } = surroundings;
    const handler = createTokenHandler({ apiKey, apiHost, authorize: () => "a visitor" });
    const token = tokenFrom("https://app.example/api/token", { fetch: (url, init) => handler(new Request(url, init)) });
    const { apiKey: _, ...rest } = options("token flow", surroundings);
    const session = connect({ ...rest, token });
    const [events] = await Promise.all([collect(session), write(session, tone(1))]);
    return { finals: finals(events) };
  },

  async "wrong key"(surroundings) {
    const wrong = `${surroundings.apiKey}-not`;
    const session = connect({ ...options("wrong key", surroundings), apiKey: wrong });
    return { ...(await failure(session)), secrets: [wrong] };
  },

  async "refused handshake"(surroundings) {
    return failure(connect({ ...options("refused handshake", surroundings), maxConnectionRetries: 0 }));
  },

  async abort(surroundings) {
    const session = connect(options("abort", surroundings));
    await session.opened;
    const writer = session.audio.getWriter();
    writer.write(new Uint8Array(32_000)).catch(() => {});
    session.abort();
    const afterwards = await writer.ready.then(
      () => "takes audio",
      () => "takes no audio",
    );
    writer.closed.catch(() => {});
    return { ...(await failure(session)), afterwards, state: session.state };
  },

  async "abort while connecting"(surroundings) {
    const aborting = new AbortController();
    const behaviour = "abort while connecting";
    const session = connect({ ...options(behaviour, surroundings), signal: aborting.signal });
    const failed = failure(session);
    await fetch(`${surroundings.witness}?${new URLSearchParams({ behaviour })}`);
    aborting.abort();
    return { ...(await failed), state: session.state };
  },

  async "apiKey in the header"(surroundings) {
    const session = connect(options("apiKey in the header", surroundings));
    await session.opened;
    await session.close();
    return {};
  },

  async "apiKey refused in browsers"(surroundings) {
    try {
      const { untouched = surroundings.apiHost } = surroundings;
      connectInBrowser({ ...options("apiKey refused in browsers", surroundings), apiHost: untouched });
      return {};
    } catch (error) {
      return error instanceof Error ? { code: Reflect.get(error, "code"), message: error.message } : {};
    }
  },

  async StreamingClient({ apiHost, apiKey }) {
    const client = new StreamingClient({ apiHost, apiKey, pace: false, extraParams: { behaviour: "StreamingClient" } });
    const transcripts: string[] = [];
    client.on("Turn", (_, turn) => {
      if (turn.end_of_turn) transcripts.push(turn.transcript);
    });
    const begin = await client.connect({ sampleRate: 16_000 });
    await client.stream(tone(2));
    await client.disconnect({ terminate: true });
    return { type: begin.type, transcripts };
  },

  async createTemporaryToken({ apiHost, apiKey }) {
    const client = new StreamingClient({ apiHost, apiKey });
    if (!("createTemporaryToken" in client)) return { minted: false };
    return { minted: (await client.createTemporaryToken({ expiresInSeconds: 60 })).length > 0 };
  },
};

/** What browsers cannot do, or what needs servers beside the emulator, which `Surroundings` names. */
export const behindOthers: typeof behaviours = {
  async "User-Agent"(surroundings) {
    const session = connect(options("User-Agent", surroundings));
    await session.opened;
    await session.close();
    return {};
  },

  async "redirected handshake"(surroundings) {
    const { redirecting: apiHost = surroundings.apiHost } = surroundings;
    return failure(connect({ ...options("redirected handshake", surroundings), apiHost, maxConnectionRetries: 0 }));
  },

  async "redirected token request"(surroundings) {
    const { redirecting = surroundings.apiHost } = surroundings;
    const provider = tokenFrom(redirecting.replace("ws", "http"), { init: { headers: { "x-visitor": "ada" } } });
    return provider({ attempt: 1, signal: new AbortController().signal }).then(
      () => ({ token: true }),
      (error: unknown) => ({ code: Reflect.get(Object(error), "code"), message: String(error) }),
    );
  },

  async agent(surroundings) {
    try {
      // Only Bun's entry has the option as a URL; Node's refuses this one, and the others know none.
      const session = connect({ ...options("agent", surroundings), ...Object({ agent: surroundings.proxy }) });
      const [events] = await Promise.all([collect(session), write(session, tone(1))]);
      return { finals: finals(events) };
    } catch (error) {
      return { code: Reflect.get(Object(error), "code"), message: String(error) };
    }
  },

  async proxy(surroundings) {
    const { proxy } = surroundings;
    try {
      // The option of Bun's entry; the others know none of this name.
      const client = new StreamingClient({ ...options("proxy", surroundings), ...Object({ proxy }) });
      await client.connect();
      await client.disconnect({ terminate: true });
      if (!("createTemporaryToken" in client)) return {};
      return { minted: (await client.createTemporaryToken({ expiresInSeconds: 60 })).length > 0 };
    } catch (error) {
      return { code: Reflect.get(Object(error), "code"), message: String(error) };
    }
  },
};

/** Runs everything, one after another; each behaviour gives one line of JSON. */
export async function* runSuite(surroundings: Surroundings): AsyncGenerator<string> {
  for (const [behaviour, run] of Object.entries(
    surroundings.redirecting === undefined ? behaviours : { ...behaviours, ...behindOthers },
  )) {
    const seen = await run(surroundings).catch((error: unknown) => ({
      threw: error instanceof Error ? `${error.stack ?? error.message}` : String(error),
    }));
    yield JSON.stringify({ behaviour, ...seen });
  }
}

function options(behaviour: string, { apiHost, apiKey }: Surroundings): ConnectOptions {
  return { apiHost, apiKey, sampleRate: 16_000, pace: false, extraParams: { behaviour } };
}

async function write(session: StreamingSession, bytes: Uint8Array): Promise<number> {
  const writer = session.audio.getWriter();
  for (let at = 0; at < bytes.length; at += 7_777) {
    await writer.ready;
    writer.write(bytes.subarray(at, at + 7_777)).catch(() => {});
  }
  await writer.close();
  return bytes.length;
}

async function collect(session: StreamingSession): Promise<StreamingEvent[]> {
  const events: StreamingEvent[] = [];
  for await (const event of session.events) events.push(event);
  return events;
}

function finals(events: readonly StreamingEvent[]): string[] {
  return events.flatMap((event) => (event.type === "Turn" && event.end_of_turn ? [event.transcript] : []));
}

async function failure(session: StreamingSession): Promise<Seen> {
  const opened = await session.opened.then(
    () => true,
    () => false,
  );
  try {
    await session.closed;
    return { opened };
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    const { code, status, retryable, message } = error;
    return { opened, code, status, retryable, message };
  }
}

/** Whether a promise settles in time. */
async function settledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
