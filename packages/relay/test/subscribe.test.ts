import { createTranscript, type TranscriptEvent } from "@voxpipe/transcript";
import { describe, expect, it } from "vitest";
import { createRelay } from "../src/index.ts";
import { type SubscribeOptions, type SubscriptionState, subscribe } from "../src/subscribe.ts";
import { begin, eventsOf, final, partial, script } from "./events.ts";
import { serve } from "./serve.ts";

/** Answers requests one after another with these, and then as the relay does. */
async function setUp(...answers: readonly (() => Response | Promise<Response>)[]) {
  const relay = createRelay({ heartbeat: 100 });
  const handler = relay.handler({ authorize: () => true });
  const requests: Request[] = [];
  const server = await serve(async (request) => {
    requests.push(request);
    return (await answers[requests.length - 1]?.()) ?? handler(request);
  });
  return {
    relay,
    server,
    requests,
    address: `${server.url}?room=talk`,
    async [Symbol.asyncDispose]() {
      await relay.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

function follow(address: string, options: SubscribeOptions = {}) {
  const leaving = new AbortController();
  const states: SubscriptionState[] = [];
  const events: TranscriptEvent[] = [];
  const transcript = createTranscript();
  const stream = subscribe(address, {
    maxDelay: 20,
    signal: leaving.signal,
    onStateChange: (state) => states.push(state),
    ...options,
  });
  const [forTranscript, forTest] = stream.tee();
  const ended = forTranscript.pipeTo(transcript.writable);
  ended.catch(() => {});
  forTest.pipeTo(new WritableStream({ write: (event) => void events.push(event) })).catch(() => {});
  return {
    states,
    events,
    ended,
    transcript,
    leave: () => leaving.abort(),
    hears: (text: string) => expect.poll(() => transcript.snapshot.text).toBe(text),
  };
}

describe("subscribe", () => {
  it("feeds a transcript: what was said before, then what comes", async () => {
    await using kit = await setUp();
    const speaker = script();
    const published = kit.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "One."), partial(1, "two"));
    const page = follow(kit.address);
    await page.hears("One. two");
    speaker.send(final(1, "Two."));
    await page.hears("One. Two.");
    expect(page.states).toEqual(["open"]);
    page.leave();
    await page.ended;
    expect(page.states).toEqual(["open", "closed"]);
    await expect.poll(() => kit.relay.stats().readers).toBe(0);
    speaker.end();
    await published;
  });

  it("reconnects by itself and continues where it was: no event twice, none missing", async () => {
    await using kit = await setUp();
    const speaker = script();
    const published = kit.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "One."));
    const page = follow(kit.address);
    await page.hears("One.");
    for (const [i, text] of ["Two.", "Three.", "Four."].entries()) {
      kit.server.cut();
      speaker.send(final(i + 1, text));
      await expect.poll(() => page.transcript.snapshot.text).toContain(text);
    }
    expect(page.events.map(({ transcript, type }) => transcript ?? type)).toEqual([
      "Begin",
      "One.",
      "Two.",
      "Three.",
      "Four.",
    ]);
    expect(page.states.slice(0, 3)).toEqual(["open", "reconnecting", "open"]);
    expect(kit.requests.at(-1)?.headers.get("last-event-id")).toBeNull();
    expect(new URL(kit.requests.at(-1)?.url ?? "").searchParams.get("lastEventId")).toMatch(/^\d+-\d+$/);
    page.leave();
    speaker.end();
    await published;
  });

  it("asks again while the server is full, ends or fails", async () => {
    await using kit = await setUp(
      () => new Response(null, { status: 503 }),
      () => new Response(null, { status: 429, headers: { "Retry-After": "0" } }),
      () => new Response("Bad gateway", { status: 502 }),
    );
    await kit.relay.publish("talk", eventsOf(begin, final(0, "One.")));
    const page = follow(kit.address);
    await page.hears("One.");
    expect(kit.requests).toHaveLength(4);
    page.leave();
  });

  it("waits as long as Retry-After says, and no longer than until the page is online again or leaves", async () => {
    await using kit = await setUp(() => new Response(null, { status: 503, headers: { "Retry-After": "300" } }));
    const page = follow(kit.address);
    await expect.poll(() => page.states).toEqual(["reconnecting"]);
    page.leave();
    await page.ended;
    expect(kit.requests).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 405, 410])("fails if the server refuses with %i", async (status) => {
    await using kit = await setUp(() => new Response("No", { status }));
    const page = follow(kit.address);
    await expect(page.ended).rejects.toMatchObject({ code: "refused", status, retryable: false });
    expect(kit.requests).toHaveLength(1);
  });

  it("fails if a page answers in the relay's place, and ends if the server says that there is nothing", async () => {
    await using kit = await setUp(
      () => new Response("<h1>Log in</h1>", { headers: { "Content-Type": "text/html" } }),
      () => new Response(null, { status: 204 }),
    );
    await expect(follow(kit.address).ended).rejects.toMatchObject({ code: "invalid-response" });
    await follow(kit.address).ended;
  });

  it("takes a connection on which nothing comes, not even heartbeats, for dead", async () => {
    const headers = { "Content-Type": "text/event-stream" };
    const silent = () =>
      new Response(new ReadableStream({ start: (stream) => stream.enqueue(bytes(": hi\n\n")) }), { headers });
    await using kit = await setUp(silent);
    await kit.relay.publish("talk", eventsOf(begin, final(0, "One.")));
    const page = follow(kit.address, { timeout: 400 });
    await page.hears("One.");
    expect(kit.requests).toHaveLength(2);
    page.leave();
  });

  it("leaves out what is no event, and fields that it does not know", async () => {
    const text = `retry: 10\nfoo: bar\n\ndata: {"type":\n\ndata: 7\n\ndata: null\n\nid: 1-1\ndata: {"type":"Turn","turn_order":0,"end_of_turn":true,"transcript":"One."}\n\n`;
    const answer = () => new Response(text, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
    await using kit = await setUp(answer);
    const page = follow(kit.address);
    await page.hears("One.");
    await expect.poll(() => kit.requests.length).toBe(2);
    expect(new URL(kit.requests[1]?.url ?? "").searchParams.get("lastEventId")).toBe("1-1");
    page.leave();
  });

  it("an event that never ends costs a bounded amount of memory", async () => {
    const flood = () =>
      new Response(new ReadableStream({ pull: (stream) => stream.enqueue(bytes(`data: ${"x".repeat(65_536)}\n`)) }), {
        headers: { "Content-Type": "text/event-stream" },
      });
    await using kit = await setUp(flood);
    await kit.relay.publish("talk", eventsOf(begin, final(0, "One.")));
    const page = follow(kit.address);
    await page.hears("One.");
    page.leave();
  });

  it("sends the headers that are asked for, for each attempt", async () => {
    await using kit = await setUp(() => new Response(null, { status: 503 }));
    let count = 0;
    const page = follow(kit.address, { headers: async () => ({ Authorization: `Bearer made-up-${++count}` }) });
    await expect.poll(() => kit.requests.length).toBe(2);
    expect(kit.requests.map(({ headers }) => headers.get("authorization"))).toEqual([
      "Bearer made-up-1",
      "Bearer made-up-2",
    ]);
    page.leave();
  });

  it("feeds another relay, at an edge: its readers get all that the first has, also after the edge lost its connection", async () => {
    await using origin = await setUp();
    await using edge = await setUp();
    const speaker = script();
    const published = origin.relay.publish("talk", speaker.events);
    speaker.send(begin, final(0, "One."), partial(1, "two"));
    const leaving = new AbortController();
    const repeating = edge.relay.publish("talk", subscribe(origin.address, { maxDelay: 20, signal: leaving.signal }));
    const page = follow(edge.address);
    await page.hears("One. two");
    origin.server.cut();
    speaker.send(final(1, "Two."), partial(2, "three"));
    await page.hears("One. Two. three");
    expect(origin.relay.stats().readers).toBe(1);
    speaker.end();
    await published;
    leaving.abort();
    await repeating;
    page.leave();
  });

  it("reads from the network only when it is read: a page that does not read gets partials that are up to date", async () => {
    await using kit = await setUp();
    const stream = subscribe(kit.address);
    const speaker = script();
    const published = kit.relay.publish("talk", speaker.events);
    speaker.send(begin, partial(0, "one"), partial(0, "one two"), final(0, "One two."));
    speaker.end();
    await published;
    expect(kit.requests).toHaveLength(0);
    const reader = stream.getReader();
    const [first, second] = [await reader.read(), await reader.read()];
    expect([first.value?.type, second.value?.transcript]).toEqual(["Begin", "One two."]);
    await reader.cancel();
    await expect.poll(() => kit.relay.stats().readers).toBe(0);
  });

  it("a stream that has ended already, or a signal that has aborted, asks nobody", async () => {
    await using kit = await setUp();
    await subscribe(kit.address).cancel();
    const stream = subscribe(kit.address, { signal: AbortSignal.abort() });
    expect(await stream.getReader().read()).toEqual({ done: true, value: undefined });
    expect(kit.requests).toHaveLength(0);
  });
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
