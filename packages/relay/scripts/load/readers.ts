import { connect, type Socket } from "node:net";
import { answer } from "./worker.ts";

/**
 * A process of many readers: each a bare socket that reconnects with its Last-Event-ID, so that what is measured is the
 * relay. Started with the ports of the servers, how many readers, and how many rooms they read.
 */
const [ports = "", count = "1", rooms = "1"] = process.argv.slice(2);
const servers = ports.split(",").map(Number);

/** Delays in ms: how many of each, so that millions take no memory. */
const delays = new Map<number, number>();
let measuring = false;
let partials = 0;
let bytes = 0;
let reconnects = 0;
let unordered = 0;

const mark = /<(\d+)\|(\d+)\|(\d+)\|(\d+)>/;

class Reader {
  readonly room: number;
  /** How often each final turn came. */
  readonly finals = new Map<string, number>();
  #lastId = "";
  #tail = "";
  #socket: Socket | undefined;
  #attempts: number;

  constructor(number: number) {
    this.room = number % Number(rooms);
    this.#attempts = number;
  }

  open(): void {
    const port = servers[this.#attempts++ % servers.length] ?? 0;
    const socket = connect(port, "127.0.0.1");
    this.#socket = socket;
    this.#tail = "";
    const path = `/captions?room=${encodeURIComponent(`room ${this.room}`)}`;
    const id = this.#lastId === "" ? "" : `Last-Event-ID: ${this.#lastId}\r\n`;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n${id}\r\n`);
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#read(text));
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      reconnects++;
      setTimeout(() => this.open(), 200 + Math.random() * 800);
    });
  }

  /** Reads nothing for a while, on a connection that stays. */
  pause(): void {
    this.#socket?.pause();
  }

  /** Has no network for a while, and notices it. */
  leave(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  /** After `pause` or `leave`. */
  return(): void {
    if (this.#socket) this.#socket.resume();
    else this.open();
  }

  /** Reads nothing of what it asks for, and never leaves by itself. */
  stall(): void {
    this.#socket?.pause();
    this.#socket?.removeAllListeners("close");
  }

  #read(text: string): void {
    bytes += text.length;
    this.#tail += text;
    const end = this.#tail.lastIndexOf("\n\n");
    if (end < 0) return;
    const whole = this.#tail.slice(0, end);
    this.#tail = this.#tail.slice(end + 2);
    for (const message of whole.split("\n\n")) this.#take(message);
  }

  #take(message: string): void {
    const [, id] = /(?:^|\n)id: (\S+)/.exec(message) ?? [];
    if (id === undefined) return;
    if (!isAfter(id, this.#lastId)) unordered++;
    this.#lastId = id;
    const [, room, publisher, order, at] = mark.exec(message) ?? [];
    if (room === undefined) return;
    if (Number(room) !== this.room) unordered++;
    if (measuring) {
      const delay = Date.now() - Number(at);
      delays.set(delay, (delays.get(delay) ?? 0) + 1);
    }
    if (!message.includes('"end_of_turn":true')) return void partials++;
    const key = `${publisher}/${order}`;
    this.finals.set(key, (this.finals.get(key) ?? 0) + 1);
  }
}

function isAfter(a: string, b: string): boolean {
  const [[fence = 0, count = 0] = [], [fenceBefore = 0, countBefore = 0] = []] = [a, b].map((id) =>
    id === "" ? [-1, -1] : id.split("-").map(Number),
  );
  return fence > fenceBefore || (fence === fenceBefore && count > countBefore);
}

const readers = Array.from({ length: Number(count) }, (_, i) => new Reader(i));
/** Not all in the same moment. */
readers.forEach((reader, i) => {
  setTimeout(() => reader.open(), i * 4);
});

function percentile(percent: number): number {
  const all = [...delays].sort(([a], [b]) => a - b);
  const total = all.reduce((sum, [, times]) => sum + times, 0);
  let seen = 0;
  for (const [delay, times] of all) {
    seen += times;
    if (seen >= (percent / 100) * total) return delay;
  }
  return 0;
}

/** Final turns that the readers of each room should have: those that any of them has, and those that a publisher said. */
function expectedFinals(counted: readonly Reader[], said: ReadonlyMap<number, ReadonlySet<string>>) {
  const expected = new Map([...said].map(([room, keys]) => [room, new Set(keys)]));
  for (const { room, finals } of counted) {
    const known = expected.get(room) ?? new Set();
    for (const key of finals.keys()) known.add(key);
    expected.set(room, known);
  }
  return expected;
}

/** How many finals are not there, over all readers. */
function countMissing(counted: readonly Reader[], expected: ReadonlyMap<number, ReadonlySet<string>>): number {
  let missing = 0;
  for (const { room, finals } of counted) for (const key of expected.get(room) ?? []) if (!finals.has(key)) missing++;
  return missing;
}

function saidBy(publisher: unknown, turns: object): Map<number, Set<string>> {
  const keysOf = (room: number) => {
    const count = Number(Reflect.get(turns, room) ?? 0);
    return new Set(Array.from({ length: count }, (_, order) => `${publisher}/${order}`));
  };
  return new Map(Array.from({ length: Number(rooms) }, (_, room) => [room, keysOf(room)]));
}

answer({
  /** From now on, or what there was since then. */
  measure(on) {
    measuring = on === true;
    const [p50, p99, max] = [percentile(50), percentile(99), percentile(100)];
    const result = { p50, p99, max, partials, bytes, reconnects };
    if (measuring) {
      delays.clear();
      partials = 0;
      bytes = 0;
      reconnects = 0;
    }
    return result;
  },
  change(how) {
    const { from = 0, to = 0, mode = "" } = Object(how);
    const changes = new Map<unknown, (reader: Reader) => void>([
      ["pause", (reader) => reader.pause()],
      ["leave", (reader) => reader.leave()],
      ["return", (reader) => reader.return()],
      ["stall", (reader) => reader.stall()],
    ]);
    for (const reader of readers.slice(from, to)) changes.get(mode)?.(reader);
    return {};
  },
  /** Of the `first` readers: those after them were made to stall. `said`: turns of each room that a publisher has said. */
  count(what) {
    const { first = readers.length, publisher, said = {} } = Object(what);
    const counted = readers.slice(0, first);
    const saidTurns = saidBy(publisher, Object(said));
    const expected = expectedFinals(counted, saidTurns);
    const times = counted.flatMap(({ finals }) => [...finals.values()]);
    return {
      missing: countMissing(counted, expected),
      lacking: countMissing(counted, saidTurns),
      repeated: times.reduce((sum, count) => sum + count - 1, 0),
      unordered,
      finals: [...expected.values()].reduce((sum, { size }) => sum + size, 0),
    };
  },
});
process.send?.({ listening: 0 });
