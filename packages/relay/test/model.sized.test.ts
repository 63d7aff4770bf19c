import { cases } from "@voxpipe/testing";
import { createTranscript, type TranscriptEvent } from "@voxpipe/transcript";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Position } from "../src/log/position.ts";
import { Publisher } from "../src/publish/publisher.ts";
import { messagesAfter } from "../src/read/messages.ts";
import { RelayError } from "../src/relay-error.ts";
import { Feed } from "../src/rooms/feed.ts";
import { MemoryStore } from "../src/stores/memory-store.ts";
import type { Batch, Claim, Follower, Store } from "../src/stores/store.ts";
import { final, partial, script } from "./events.ts";

const bounds = { entries: 1000, bytes: 10_000_000 };

/** A store that fails, answers too late, or loses what it had, as Redis can. */
class FaultyStore implements Store {
  #inner = new MemoryStore({ bounds, expireAfter: 60_000 });
  readonly #followers = new Set<Follower>();
  #stops: (() => void)[] = [];
  faults: ("fails" | "answer lost")[] = [];

  claim(room: string): Promise<Claim> {
    return this.#faultily(() => this.#inner.claim(room));
  }
  append(room: string, batch: Batch): Promise<Position | undefined> {
    return this.#faultily(() => this.#inner.append(room, batch));
  }
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    this.#stops.push(this.#inner.follow(follower));
    return () => void this.#followers.delete(follower);
  }
  /** It comes back with nothing in it. */
  async restart(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#inner.close();
    this.#inner = new MemoryStore({ bounds, expireAfter: 60_000 });
    this.#stops = [...this.#followers].map((follower) => this.#inner.follow(follower));
  }
  close(): Promise<void> {
    return this.#inner.close();
  }

  async #faultily<T>(work: () => Promise<T>): Promise<T> {
    const fault = this.faults.shift();
    const away = () => new RelayError("store-unavailable", "Away.", { remedy: "Wait.", retryable: true });
    if (fault === "fails") throw away();
    const result = await work();
    if (fault === "answer lost") throw away();
    return result;
  }
}

/** A reader that is connected, or was and knows where it stopped. */
class ModelReader {
  readonly events: TranscriptEvent[] = [];
  readonly ids: string[] = [];
  #position: Position | undefined;

  /** Reads what there is, up to about this number of bytes. */
  read(feed: Feed, mostBytes: number): boolean {
    const { chunks, position } = messagesAfter(feed.log, this.#position, mostBytes);
    this.#position = position;
    for (const chunk of chunks) {
      const text = new TextDecoder().decode(chunk);
      const [, id] = /^id: (.*)$/m.exec(text) ?? [];
      if (id) this.ids.push(id);
      this.events.push(JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "null"));
    }
    return chunks.length > 0;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("partial" as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("final" as const), unformattedFirst: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("another session" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("successor" as const), lastWords: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("fault" as const), lost: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reader joins" as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("read" as const),
      reader: fc.nat(9),
      bytes: fc.integer({ min: 1, max: 5000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("process restarts" as const) }) },
);

/** Histories at once: most of their time they wait, as publishers do while the store fails. */
const atOnce = 10;

it("publishers that come and go, a store that fails, readers that resume anywhere: each final exactly once", async () => {
  const tryHistories = () => fc.assert(eachFinalOnce(), { numRuns: cases(30, 100, 300) / atOnce });
  await Promise.all(Array.from({ length: atOnce }, tryHistories));
});

function eachFinalOnce() {
  return fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
    const store = new FaultyStore();
    let feed = new Feed("room", bounds);
    let stop = store.follow(feed);
    const readers = [new ModelReader()];
    const said: string[] = [];
    const open = () => {
      const speaker = script();
      const publisher = new Publisher(speaker.events, {
        store,
        room: "room",
        bounds,
        flushTimeout: 60_000,
        onError: () => {},
      });
      const ended = publisher.run();
      ended.catch(() => {});
      speaker.send({ type: "Begin" });
      return { speaker, ended };
    };
    let current = open();
    let order = 0;
    let turn = 0;
    let words = "";
    const isStored = (text: string) => expect.poll(() => seenBy(feed).includes(text), { interval: 1 }).toBe(true);

    for (const action of steps) {
      switch (action.do) {
        case "partial":
          words = `${words || `turn ${turn}`} and`;
          current.speaker.send(partial(order, words));
          break;
        case "final":
          if (action.unformattedFirst) current.speaker.send(final(order, `turn ${turn}`, { formatted: false }));
          current.speaker.send(final(order++, `Turn ${turn}.`));
          said.push(`Turn ${turn++}.`);
          words = "";
          break;
        case "another session":
        case "successor": {
          // All that was said so far is stored; what is said by one that is succeeded is nobody's.
          current.speaker.send(final(order, `Turn ${turn}.`));
          said.push(`Turn ${turn}.`);
          await isStored(`Turn ${turn++}.`);
          order = 0;
          words = "";
          if (action.do === "another session") current.speaker.send({ type: "Begin" });
          else {
            const before = current;
            current = open();
            current.speaker.send(final(order++, `Turn ${turn}.`));
            said.push(`Turn ${turn}.`);
            await isStored(`Turn ${turn++}.`);
            if (action.lastWords) before.speaker.send(final(99, "From the dead."));
            else before.speaker.end();
            if (action.lastWords) await expect(before.ended).rejects.toMatchObject({ code: "superseded" });
          }
          break;
        }
        case "restart":
          await store.restart();
          break;
        case "fault":
          store.faults.push(action.lost ? "answer lost" : "fails");
          break;
        case "reader joins":
          readers.push(new ModelReader());
          break;
        case "read":
          readers[action.reader % readers.length]?.read(feed, action.bytes);
          break;
        case "process restarts":
          stop();
          feed = new Feed("room", bounds);
          stop = store.follow(feed);
      }
      await Promise.resolve();
    }
    current.speaker.send(final(order, "The end."));
    said.push("The end.");
    current.speaker.end();
    await current.ended;
    readers.push(new ModelReader());
    for (const reader of readers) {
      while (reader.read(feed, 3000));
      expect(turnsOf(reader.events)).toEqual(said);
      expect(new Set(reader.ids).size).toBe(reader.ids.length);
    }
    stop();
    await store.close();
  });
}

/** Finals and what became of partials without one are turns; partials say less than the finals that they belong to. */
function turnsOf(events: readonly TranscriptEvent[]): string[] {
  const transcript = createTranscript();
  for (const event of events) transcript.push(event);
  return transcript.snapshot.turns.filter(({ isFinal }) => isFinal).map(({ text }) => text);
}

function seenBy(feed: Feed): string[] {
  return feed.log.kept.map(({ data }) => JSON.parse(data).transcript);
}
