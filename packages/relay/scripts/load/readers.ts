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

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
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

const begun = process.cpuUsage();
answer({
  measure(on) {
    measuring = on === true;
    if (measuring) delays.clear();
    return {};
  },
  pause(how) {
    const { from = 0, to = 0, mode = "" } = Object(how);
    for (const reader of readers.slice(from, to)) {
      if (mode === "pause") reader.pause();
      else if (mode === "resume") reader.resume();
      else reader.stall();
    }
    return {};
  },
  /** Of the first readers: those behind them were made to stall. `ofPublisher`: finals of that process. */
  stats(how) {
    const { first = readers.length, publisher = "" } = Object(how);
    const counted = readers.slice(0, first);
    const all = new Map<number, Set<string>>();
    for (const { room, finals } of counted) {
      const known = all.get(room) ?? new Set();
      for (const key of finals.keys()) known.add(key);
      all.set(room, known);
    }
    let missing = 0;
    let repeated = 0;
    for (const { room, finals } of counted) {
      missing += (all.get(room)?.size ?? 0) - finals.size;
      for (const times of finals.values()) repeated += times - 1;
    }
    const { user, system } = process.cpuUsage(begun);
    const ofPublisher = [...all.values()]
      .flatMap((keys) => [...keys])
      .filter((key) => key.startsWith(`${publisher}/`)).length;
    const distinct = [...all.values()].reduce((sum, { size }) => sum + size, 0);
    const p50 = percentile(50);
    const [p99, max] = [percentile(99), percentile(100)];
    return {
      missing,
      repeated,
      distinct,
      ofPublisher,
      partials,
      bytes,
      reconnects,
      unordered,
      p50,
      p99,
      max,
      cpuMs: (user + system) / 1000,
    };
  },
});
process.send?.({ listening: 0 });
