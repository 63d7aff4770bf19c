import type { ControlMessage } from "../../src/audio/send-queue.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { StreamingError } from "../../src/errors/streaming-error.ts";
import type { StreamingEvent } from "../../src/protocol/messages.ts";
import type { Effect } from "../../src/session/connections.ts";
import { Session } from "../../src/session/session.ts";
import { Speakers } from "../../src/speakers/speakers.ts";
import { Account } from "./account.ts";
import { check, checkEnd } from "./invariants.ts";
import { bytesPerMs, Line } from "./service.ts";
import { Service } from "./service-steps.ts";
import { longestWrite, ObservedBuffer, Source } from "./source.ts";
import { randomNumbers, type Step } from "./steps.ts";
import type { Surroundings, Variant } from "./surroundings.ts";

/** How a service ends a session: as it should, not at all, or by confirming the end without an answer. */
export type Manner = "fair" | "silent" | "stingy";

/**
 * A session without sockets: what surrounds it, the service included. After every input it is checked what must hold, and
 * anything that does not is thrown.
 */
export class World implements Surroundings {
  now = 1_790_000_000_000;
  inputs = 0;
  about: Connection | undefined;
  lastCurrent: Connection | undefined;
  readonly variant: Variant;
  readonly session: Session;
  readonly source = new Source();
  readonly account = new Account();
  readonly buffer: ObservedBuffer;
  readonly lines = new Map<Connection, Line>();
  readonly #service = new Service(this);
  /** The configuration that the service got on all connections so far. */
  readonly #configuration: Record<string, unknown> = {};
  #online = true;
  /** The last connection that is gone. */
  #gone: Connection | undefined;

  constructor(variant: Variant, seed: number) {
    this.variant = variant;
    this.buffer = new ObservedBuffer(variant.settings.reconnect?.replayBuffer ?? 0);
    const speakers = variant.settings.parameters.speakerLabels ? new Speakers() : undefined;
    this.session = new Session({
      settings: variant.settings,
      sendsPings: variant.sendsPings,
      random: randomNumbers(seed),
      replayBuffer: () => this.buffer,
      speakers: () => speakers,
      source: this.source,
      events: { push: (event) => this.#read(event) },
      sockets: {
        buffered: (connection) => this.#line(connection).buffered,
        canPing: () => variant.sendsPings,
      },
      offline: () => !this.#online,
      trace: () => {},
    });
    this.input(() => this.session.start(this.now));
  }

  step([kind, which, how]: Step): void {
    const lines = [...this.lines.values()].filter((line) => !line.destroyed);
    const line = lines[Math.floor(which * lines.length)];
    switch (kind) {
      case "write":
        return this.#write(1 + Math.floor(which < 0.1 ? how * (longestWrite - 1) : how * 120));
      case "flood":
        if (line) line.stalled = true;
        for (let i = 0; i < 4; i++) this.#write(longestWrite);
        return;
      case "timer":
        if (this.session.due === Number.POSITIVE_INFINITY) return;
        return this.#pass(Math.max(0, this.session.due - this.now));
      case "late timers":
        return this.#pass(how * 8000);
      case "long sleep":
        return this.#pass(how * 120_000);
      case "force endpoint":
        return this.#control({ type: "ForceEndpoint" });
      case "keep alive":
        return this.#control({ type: "KeepAlive" });
      case "configure":
        return this.#control({ type: "UpdateConfiguration", prompt: `${how}`, session_heartbeat: which < 0.5 });
      case "many controls":
        for (let i = 0; i < 300; i++) this.#control({ type: "KeepAlive" });
        return;
      case "offline":
        this.#online = false;
        return;
      case "online":
        this.#online = true;
        this.input(() => this.session.networkChanged(this.now));
        if (this.session.waitsForNetwork) throw new Error("A network that is back is not used");
        return;
      case "late message":
        return this.#lateMessage();
      case "finish":
        return this.#finish(this.source.writtenMs);
      case "finish early":
        return this.#finish(this.source.takenMs);
      case "source fails":
        if (this.session.outcome) return;
        this.source.failed = true;
        this.input(() => this.session.sourceFailed(new StreamingError("audio-failed", "The source failed.")));
        return this.#finish(this.source.takenMs);
      case "abort":
        if (!this.session.outcome) this.account.aborted = true;
        return this.input(() => this.session.abort("reason"));
      default:
        if (line) this.#service.happens(line, kind, how);
    }
  }

  /** Once the audio ends, the session ends, however the service behaves. */
  end(manner: Manner): void {
    this.#online = true;
    this.input(() => this.session.networkChanged(this.now));
    this.#finish(this.source.writtenMs);
    for (let turns = 0; !this.session.outcome; turns++) {
      if (turns > 20_000) throw new Error("The session does not end");
      for (const line of this.lines.values())
        if (manner !== "silent" && !line.destroyed) this.#service.behaves(line, manner === "stingy");
      if (this.session.outcome) break;
      const { due } = this.session;
      if (due === Number.POSITIVE_INFINITY) throw new Error("The session waits for nothing");
      this.#pass(Math.max(0, due - this.now));
    }
    checkEnd(this);
  }

  input(input: () => void, about?: Connection): void {
    this.inputs++;
    const { state, connections } = this.session;
    const ended = this.session.outcome !== undefined;
    const others = connections.filter(({ role }) => role === "retired").some((one) => one !== about);
    this.about = about;
    input();
    this.about = undefined;
    const { outcome } = this.session;
    if (!ended && about && others && outcome && !outcome.error)
      throw new Error("The end does not wait for a retired connection");
    let most = 2000;
    for (let effect = this.session.poll(this.now); effect; effect = this.session.poll(this.now)) {
      if (most-- === 0) throw new Error("Effects without end");
      if (ended) throw new Error(`${effect.do} after the end`);
      this.#do(effect);
    }
    check(this, state);
    this.lastCurrent = this.session.current;
    for (const [connection, line] of this.lines) {
      if (!line.destroyed) continue;
      this.lines.delete(connection);
      this.#gone = connection;
    }
  }

  #do(effect: Effect): void {
    const { connection } = effect;
    if (effect.do === "open") {
      if (this.lines.has(connection)) throw new Error("Opened twice");
      this.lines.set(connection, new Line(connection, this.#configuration));
      return;
    }
    const line = this.#line(connection);
    const carriesAudio = effect.do === "send" && connection.role === "current";
    if (carriesAudio && connection !== this.session.current)
      throw new Error("Sent on a connection that is not the current one");
    line.do(effect);
    if (carriesAudio) this.account.reachedMs = Math.max(this.account.reachedMs, line.sourceMs);
  }

  #read(event: StreamingEvent): void {
    const startMs = this.account.read(event, this);
    if (startMs === undefined) return;
    const { current } = this.session;
    if (!current) throw new Error("No current connection");
    this.#line(current).takeOver(startMs);
  }

  #line(connection: Connection): Line {
    const line = this.lines.get(connection);
    if (!line) throw new Error("A connection that was never opened");
    return line;
  }

  #write(ms: number): void {
    if (!this.session.outcome && this.source.write(ms)) this.input(() => {});
  }

  #control(message: ControlMessage): void {
    const { account, session } = this;
    account.receipts++;
    const late = session.state === "closing" || session.state === "closed";
    let settled: "resolved" | "rejected" | undefined;
    const settle = (how: "resolved" | "rejected") => () => {
      if (settled) throw new Error("A control message settled twice");
      settled = how;
      account.settledReceipts++;
    };
    this.input(() => session.control(message, { resolve: settle("resolved"), reject: settle("rejected") }));
    if (late && settled !== "rejected") throw new Error("A control message is taken while the session closes");
    if (account.receipts - account.settledReceipts > 256) throw new Error("Too many control messages wait");
  }

  #lateMessage(): void {
    const gone = this.#gone;
    if (!gone) return;
    const { events } = this.account;
    this.input(() => this.session.message(gone, '{"type":"Warning","warning":"late"}', this.now));
    if (this.account.events > events) throw new Error("A connection that is gone is heard");
  }

  #finish(ms: number): void {
    if (!this.session.outcome) this.source.endMs = Math.min(this.source.endMs, ms);
    this.input(() => this.session.finish(ms * bytesPerMs));
  }

  #pass(ms: number): void {
    this.now += ms;
    this.input(() => this.session.timeout(this.now));
    // An attempt may be due at once.
    for (let again = 0; this.session.due <= this.now; again++) {
      if (again === 3) throw new Error("Something is due that was just done");
      this.input(() => this.session.timeout(this.now));
    }
  }
}
