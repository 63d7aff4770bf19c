import { cases } from "@voxpipe/testing";
import fc from "fast-check";
import { Parser } from "m3u8-parser";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebVTTParser } from "webvtt-parser";
import { createRelay, type PlaylistOptions } from "../src/index.ts";
import { begin, eventsOf, final, partial, script } from "./events.ts";

const site = "https://video.example/captions.m3u8";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 26, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(options: Partial<PlaylistOptions> = {}) {
  const relay = createRelay();
  const handler = relay.playlist({ authorize: () => true, ...options });
  const get = (query: string) => handler(new Request(`${site}${query}`));
  return {
    relay,
    get,
    playlist: async () => parsePlaylist(await (await get("?room=talk")).text()),
    cues: async (segment: number) => {
      const response = await get(`?room=talk&segment=${segment}`);
      return response.status === 200 ? parseCues(await response.text()) : undefined;
    },
    [Symbol.asyncDispose]: () => relay.close(),
  };
}

function parsePlaylist(text: string) {
  const parser = new Parser();
  parser.push(text);
  parser.end();
  return parser.manifest;
}

function parseCues(text: string) {
  const { cues, errors } = new WebVTTParser({}).parse(text.replace(/X-TIMESTAMP-MAP.*\n/, ""), "metadata");
  expect(errors).toEqual([]);
  return cues.map(({ startTime, endTime, text }) => ({ startTime, endTime, text: text.replace("\n", " ") }));
}

async function passes(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
}

describe("a room as an HLS subtitle playlist", () => {
  it("is live: a window of segments that moves on, each with its date and time", async () => {
    await using kit = setUp();
    await kit.relay.publish("talk", eventsOf(begin, final(0, "Good morning.", { start: 1000 })));
    expect((await kit.playlist()).segments).toEqual([]);
    await passes(16_000);
    const first = await kit.playlist();
    expect(first).toMatchObject({ mediaSequence: 0, targetDuration: 6 });
    expect(first.endList).toBeUndefined();
    expect(first.segments.map(({ uri, duration }) => [uri, duration])).toEqual([["?room=talk&segment=0", 6]]);
    expect(first.segments[0]?.dateTimeString).toBe("2026-11-26T12:00:00.000Z");
    await passes(600_000);
    const later = await kit.playlist();
    expect(later.mediaSequence).toBe(91);
    expect(later.segments).toHaveLength(10);
    expect(later.segments[0]?.dateTimeString).toBe("2026-11-26T12:09:06.000Z");
  });

  it("has the words of final turns as WebVTT, on the room's clock", async () => {
    await using kit = setUp({ mpegts: 900_000 });
    await kit.relay.publish("talk", eventsOf(begin, final(0, "Good morning.", { start: 7000 })));
    await passes(30_000);
    const response = await kit.get("?room=talk&segment=1");
    expect(response.headers.get("content-type")).toBe("text/vtt; charset=utf-8");
    expect((await response.text()).split("\n").slice(0, 2)).toEqual([
      "WEBVTT",
      "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000",
    ]);
    expect(await kit.cues(0)).toEqual([]);
    expect((await kit.cues(1))?.[0]).toMatchObject({ startTime: 7, text: "Good morning." });
  });

  it("a segment that is still to come is not found, so that no cache keeps it empty", async () => {
    await using kit = setUp();
    await kit.relay.publish("talk", eventsOf(begin));
    await passes(16_000);
    expect(await kit.cues(0)).toEqual([]);
    for (const segment of ["1", "-1", "999999999999", "1.5", "x", ""])
      expect((await kit.get(`?room=talk&segment=${segment}`)).status).toBe(404);
  });

  it("a turn whose final comes too late for its segment is shown late, not lost", async () => {
    await using kit = setUp();
    const speaker = script();
    const published = kit.relay.publish("talk", speaker.events);
    speaker.send(begin, partial(0, "a very long turn"));
    await expect.poll(() => kit.playlist().then(({ segments }) => segments)).toEqual([]);
    await vi.waitFor(() => expect(kit.relay.stats().rooms).toBe(1), 60_000);
    await passes(40_000);
    expect(await kit.cues(0)).toEqual([]);
    speaker.send(final(0, "A very long turn."));
    speaker.end();
    await published;
    await passes(20_000);
    expect(await kit.cues(0)).toEqual([]);
    expect((await kit.cues(5))?.[0]).toMatchObject({ startTime: 30, text: "A very long turn." });
  });

  it("a later session's words follow on the clock of the wall, after the pause between", async () => {
    await using kit = setUp();
    await kit.relay.publish("talk", eventsOf(begin, final(0, "One.")));
    await passes(60_000);
    await kit.relay.publish("talk", eventsOf(begin, final(0, "Two.", { start: 500 })));
    await passes(60_000);
    expect((await kit.cues(0))?.map(({ text }) => text)).toEqual(["One."]);
    expect(await kit.cues(10)).toMatchObject([{ startTime: 60.5, text: "Two." }]);
  });

  it("may be cached, for whom it is: one visitor, or all", async () => {
    const cacheOf = async (options: Partial<PlaylistOptions>, query: string) => {
      await using kit = setUp(options);
      await kit.relay.publish("talk", eventsOf(begin));
      await passes(30_000);
      return (await kit.get(query)).headers.get("cache-control");
    };
    expect(await cacheOf({}, "?room=talk")).toBe("private, max-age=2");
    expect(await cacheOf({}, "?room=talk&segment=0")).toBe("private, max-age=3600");
    expect(await cacheOf({ shared: true }, "?room=talk&segment=0")).toBe("public, max-age=3600");
  });

  it("is guarded like the event stream, and addresses keep the query, such as a token", async () => {
    await using kit = setUp({ authorize: ({ url }) => new URL(url).searchParams.get("token") === "made-up" });
    await kit.relay.publish("talk", eventsOf(begin));
    await passes(30_000);
    expect((await kit.get("?room=talk")).status).toBe(401);
    expect((await kit.get("?room=talk&segment=0")).status).toBe(401);
    const text = await (await kit.get("?token=made-up&room=talk")).text();
    expect(text).toContain("\n?token=made-up&room=talk&segment=0\n");
  });

  it("a room of which nothing is known has an empty playlist", async () => {
    await using kit = setUp();
    expect((await kit.playlist()).segments).toEqual([]);
  });

  it("each word of each final is in one segment, whenever finals come, with any replacements", async () => {
    const turn = fc.record({
      pause: fc.integer({ min: 0, max: 30_000 }),
      words: fc.integer({ min: 1, max: 60 }),
      lag: fc.integer({ min: 0, max: 40_000 }),
      unformattedFirst: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 8 }), async (turns) => {
        await using kit = setUp();
        const speaker = script();
        const published = kit.relay.publish("talk", speaker.events);
        const started = Date.now();
        let audio = 0;
        const expected: string[] = [];
        speaker.send(begin);
        for (const [order, { pause, words, lag, unformattedFirst }] of turns.entries()) {
          audio += pause;
          const text = Array.from({ length: words }, (_, i) => `w${order}x${i}`).join(" ");
          vi.setSystemTime(Math.max(Date.now(), started + audio + words * 300 + lag));
          if (unformattedFirst) speaker.send(final(order, text, { start: audio, formatted: false }));
          speaker.send(final(order, text, { start: audio }));
          expected.push(...text.split(" "));
          audio += words * 300;
          // The relay reads the time when it takes an event.
          await Promise.resolve();
          for (let i = 0; i < 20; i++) await Promise.resolve();
        }
        speaker.end();
        await published;
        await passes(200_000);
        const { mediaSequence, segments } = await kit.playlist();
        const last = mediaSequence + segments.length - 1;
        const heard: string[] = [];
        for (let segment = 0; segment <= last; segment++) {
          const cues = (await kit.cues(segment)) ?? [];
          for (const { startTime, text } of cues) {
            expect(startTime).toBeGreaterThanOrEqual(6 * segment);
            heard.push(...text.split(" "));
          }
        }
        expect(heard.sort()).toEqual(expected.sort());
      }),
      { numRuns: cases(15, 100, 400) },
    );
  });
});
