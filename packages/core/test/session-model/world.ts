import { PcmReplayBuffer } from "../../src/audio/pcm-replay-buffer.ts";
import type { ReplayBuffer } from "../../src/audio/replay-buffer.ts";
import type { ControlMessage } from "../../src/audio/send-queue.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { StreamingError } from "../../src/errors/streaming-error.ts";
import type { Settings } from "../../src/options/options.ts";
import type { StreamingEvent } from "../../src/protocol/messages.ts";
import { Session, type SessionState } from "../../src/session/session.ts";
import { word } from "../messages.ts";
import { bytesPerMs, Line, mark } from "./service.ts";
import { randomNumbers, type Step } from "./steps.ts";

export interface Variant {
  readonly settings: Settings;
  readonly sendsPings: boolean;
}

/** What may happen from one moment of a session to the next. */
const next: Readonly<Record<SessionState, readonly SessionState[]>> = {
  connecting: ["connecting", "open", "closing", "closed"],
  open: ["open", "reconnecting", "closing", "closed"],
  reconnecting: ["reconnecting", "open", "closing", "closed"],
  closing: ["closing", "closed"],
  closed: ["closed"],
};

const longestWrite = 3000;
const chunk = new Uint8Array((251 + longestWrite) * bytesPerMs);
for (let at = 0; at < chunk.length; at++) chunk[at] = mark(Math.floor(at / bytesPerMs));

/**
 * A session without sockets: what surrounds it, the service included, and what must hold after every input. Anything that does not
 * is thrown.
 */
export class World {
  now = 1_790_000_000_000;
  inputs = 0;
  readonly session: Session;
  readonly #variant: Variant;
  readonly #random: () => number;
  readonly #lines = new Map<Connection, Line>();
  /** What was written, in ms of the source, and what of it was taken, in bytes. */
  #writtenMs = 0;
  #takenBytes = 0;
  #sourceFailed = false;
  #sourceClosed = false;
  #endMs = Number.POSITIVE_INFINITY;
  #online = true;
  /** Source ms that some connection has had; up to which final turns cover it; and what was reported as lost. */
  #reachedMs = 0;
  #coveredMs = 0;
  #lostMs = 0;
  #turns = 0;
  #turnOpen = false;
  #reconnected = 0;
  #terminations = 0;
  #receipts = 0;
  #settledReceipts = 0;
  #aborted = false;
  /** A Termination crossed Terminate. The session has to find that out once. */
  #crossed = false;
  #terminationsSent = 0;
  #state: SessionState = "connecting";
  /** The current connection after the last input. */
  #current: Connection | undefined;
  /** The last ones that are gone. */
  readonly #gone: Connection[] = [];
  #events = 0;
  /** The durations in Terminations, one for each connection. */
  #toldSeconds = 0;
  /** The connection that an input is about. */
  #about: Connection | undefined;

  constructor(variant: Variant, seed: number) {
    this.#variant = variant;
    this.#random = randomNumbers(seed);
    const world = this;
    this.session = new Session({
      settings: variant.settings,
      sendsPings: variant.sendsPings,
      random: this.#random,
      replayBuffer: () => new PcmReplayBuffer(mulaw, 50, variant.settings.reconnect?.replayBuffer ?? 0),
      source: {
        get writtenBytes() {
          return world.#writtenMs * bytesPerMs;
        },
        get takenBytes() {
          return world.#takenBytes;
        },
        fill: (buffer) => this.#fill(buffer),
        end: () => {
          this.#sourceClosed = true;
        },
      },
      events: { push: (event) => this.#read(event) },
      sockets: {
        buffered: (connection) => this.#line(connection).buffered,
        canPing: () => variant.sendsPings,
      },
      offline: () => !this.#online,
      trace: () => {},
    });
    this.#input(() => this.session.start(this.now));
  }

  step([kind, which, how]: Step): void {
    const lines = [...this.#lines.values()].filter((line) => !line.destroyed);
    const line = lines[Math.floor(which * lines.length)];
    switch (kind) {
      case "write":
        if (this.#sourceClosed || this.#sourceFailed || this.session.outcome) return;
        // Beyond the high-water mark nobody writes.
        if (this.#writtenMs - this.#takenBytes / bytesPerMs > 5000) return;
        this.#writtenMs += 1 + Math.floor(which < 0.1 ? how * (longestWrite - 1) : how * 120);
        return this.#input(() => {});
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
        this.#input(() => this.session.networkChanged(this.now));
        if (this.session.waitsForNetwork) throw new Error("A network that is back is not used");
        return;
      case "late message": {
        const gone = this.#gone.at(-1);
        if (!gone) return;
        const events = this.#events;
        this.#input(() => this.session.message(gone, '{"type":"Warning","warning":"late"}', this.now));
        if (this.#events > events) throw new Error("A connection that is gone is heard");
        return;
      }
      case "finish":
        return this.#finish(this.#writtenMs);
      case "finish early":
        return this.#finish(this.#takenBytes / bytesPerMs);
      case "source fails":
        if (this.session.outcome) return;
        this.#sourceFailed = true;
        this.#input(() => this.session.sourceFailed(new StreamingError("audio-failed", "The source failed.")));
        return this.#finish(this.#takenBytes / bytesPerMs);
      case "abort":
        if (!this.session.outcome) this.#aborted = true;
        return this.#input(() => this.session.abort("reason"));
      default:
        if (line) this.#happens(line, kind, how);
    }
  }

  /** Once the audio ends, and the service keeps silent or does as it should, the session ends. */
  end(fair: boolean): void {
    this.#online = true;
    this.#input(() => this.session.networkChanged(this.now));
    this.#finish(this.#writtenMs);
    for (let turns = 0; !this.session.outcome; turns++) {
      if (turns > 20_000) throw new Error("The session does not end");
      for (const line of this.#lines.values()) if (fair && !line.destroyed) this.#behaves(line);
      if (this.session.outcome) break;
      const { due } = this.session;
      if (due === Number.POSITIVE_INFINITY) throw new Error("The session waits for nothing");
      this.#pass(Math.max(0, due - this.now));
    }
    this.#checkEnd();
  }

  // The service.

  #happens(line: Line, kind: string, how: number): void {
    const { session, now } = this;
    const { connection } = line;
    switch (kind) {
      case "begin":
        if (line.begun || line.closing) return;
        return this.#begin(line, how);
      case "begin twice":
        if (!line.begun) return;
        return this.#says(line, { type: "Begin", id: "again", expires_at: 0 });
      case "unusable begin":
        return this.#says(line, { type: "Begin", id: 5 });
      case "handshaken":
        return this.#input(() => session.handshaken(connection));
      case "fail to open":
        if (line.begun) return;
        return this.#input(() => session.failed(connection, new TypeError("no such host"), now));
      case "partial":
        return this.#tellTurn(line, false, how);
      case "final":
        return this.#tellTurn(line, true, how);
      case "empty final":
        if (line.turnOpen || line.terminationSent || !line.carriesAudio) return;
        return this.#says(line, { type: "Turn", turn_order: line.turn++, end_of_turn: true, ...formatted, words: [] });
      case "late turn":
        // Of a turn that was final before: nothing new.
        if (line.turn === 0 || !line.carriesAudio || line.terminationSent) return;
        return this.#says(line, { type: "Turn", turn_order: 0, end_of_turn: false, ...formatted, words: [] });
      case "speech":
        if (line.terminationSent) return;
        return this.#says(line, { type: "SpeechStarted", timestamp: line.toldMs });
      case "heartbeat":
        if (line.terminationSent) return;
        return this.#says(line, { type: "Heartbeat", total_audio_received_ms: line.wireMs });
      case "warning":
        return this.#says(line, { type: "Warning", warning: "careful" });
      case "garbage":
        return this.#input(() => session.message(connection, how < 0.5 ? "{" : '{"type":"New"}', now));
      case "pong":
        return this.#pongs(line);
      case "drop":
        return this.#closes(line, 1006);
      case "close normally":
        return this.#closes(line, 1000);
      case "close for good":
        return this.#closes(line, 1008);
      case "error":
        return this.#says(line, { type: "Error", error_code: 3005, error: "broken" });
      case "error without code":
        this.#says(line, { error: "busy" });
        return how < 0.5 ? this.#closes(line, 1011) : undefined;
      case "end early":
        // Nobody asked, or it crosses Terminate: what is open is never sent.
        if (!line.carriesAudio || line.terminationSent) return;
        if (line.terminateCame && (line.ponged || this.#crossed)) return;
        this.#crossed ||= line.terminateCame;
        return this.#terminates(line, Math.min(line.toldMs + how * 500, line.wireMs), how * 16);
      case "end twice":
        if (!line.terminationSent) return;
        return this.#says(line, { type: "Termination", audio_duration_seconds: 1000 });
      case "answer":
      case "answer partly":
        if (!line.terminateCame || line.terminationSent) return;
        if (kind === "answer") return this.#answers(line, line.wireMs, how * 16);
        // Of less than came: exactly, or rounded down.
        return this.#answers(line, line.wireMs * how, how < 0.5 ? 0 : 1);
      case "finish closing":
        return line.closing ? this.#closes(line, 1000) : undefined;
      case "stall":
        line.stalled = true;
        return;
      case "drain":
        line.stalled = false;
        line.buffered = 0;
        return;
    }
  }

  /** The service as it should be. */
  #behaves(line: Line): void {
    line.stalled = false;
    line.buffered = 0;
    if (line.closing) return this.#closes(line, 1000);
    if (!line.begun) return this.#begin(line, 0.5);
    if (line.terminateCame && !line.terminationSent) return this.#answers(line, line.wireMs, 0);
    this.#pongs(line);
  }

  #pongs(line: Line): void {
    line.ponged = line.terminateCame;
    this.#input(() => this.session.pong(line.connection, this.now));
  }

  #begin(line: Line, how: number): void {
    line.begun = true;
    const lifetimes = [0, 0, 3600, 600, 60, 31, 20, 2];
    const lifetime = lifetimes[Math.floor(how * lifetimes.length)] ?? 0;
    const expires_at = lifetime === 0 ? 0 : this.now / 1000 + lifetime;
    this.#says(line, { type: "Begin", id: `${line.connection.attempt}`, expires_at });
  }

  /** A word like no other: by its text a word that is read again is recognised. */
  #spoken(start: number, end: number): ReturnType<typeof word> {
    return { ...word(start, end), text: `word ${this.inputs}` };
  }

  #tellTurn(line: Line, final: boolean, how: number): void {
    if (!line.carriesAudio || line.terminationSent || line.wireMs - line.toldMs < 2) return;
    const start = line.toldMs;
    const end = Math.floor(start + 1 + how * (line.wireMs - start - 1));
    if (final) {
      line.toldMs = end;
      line.turnOpen = false;
    } else line.turnOpen = true;
    const turn_order = final ? line.turn++ : line.turn;
    this.#says(line, { type: "Turn", turn_order, end_of_turn: final, ...formatted, words: [this.#spoken(start, end)] });
  }

  /** Sends what was said up to `heardMs`, and ends. */
  #answers(line: Line, heardMs: number, figure: number): void {
    if (this.#variant.sendsPings) this.#pongs(line);
    const until = Math.floor(heardMs);
    if (line.destroyed) return;
    if (until > line.toldMs) {
      const words = [this.#spoken(line.toldMs, until)];
      line.toldMs = until;
      line.turnOpen = false;
      this.#says(line, { type: "Turn", turn_order: line.turn++, end_of_turn: true, ...formatted, words });
    }
    if (!line.destroyed) this.#terminates(line, until, figure);
  }

  /** @param figure How the duration is given: exactly, or in whole seconds, rounded in any way. */
  #terminates(line: Line, heardMs: number, figure: number): void {
    line.terminationSent = true;
    const seconds = heardMs / 1000;
    const figures = [seconds, Math.floor(seconds), Math.round(seconds), Math.ceil(seconds)];
    this.#terminationsSent++;
    const told = figures[Math.floor(figure)] ?? seconds;
    // Behind an Error it is not heard.
    if (line.begun && !line.connection.failure) this.#toldSeconds += told;
    this.#says(line, { type: "Termination", audio_duration_seconds: told });
  }

  #says(line: Line, message: object): void {
    this.#about = line.connection;
    this.#input(() => this.session.message(line.connection, JSON.stringify(message), this.now));
  }

  #closes(line: Line, code: number): void {
    this.#about = line.connection;
    this.#input(() => this.session.closed(line.connection, { code, reason: "" }, this.now));
    if (!line.destroyed) throw new Error("A connection that is closed is not given up");
  }

  // What surrounds the session.

  #line(connection: Connection): Line {
    const line = this.#lines.get(connection);
    if (!line) throw new Error("A connection that was never opened");
    return line;
  }

  #fill(buffer: ReplayBuffer): boolean {
    if (this.#sourceClosed) return false;
    const takenMs = Math.floor(this.#takenBytes / bytesPerMs);
    const restBytes = this.#writtenMs * bytesPerMs - this.#takenBytes;
    if (restBytes === 0) return false;
    const from = (takenMs % 251) * bytesPerMs + (this.#takenBytes % bytesPerMs);
    const bytes = Math.min(restBytes, longestWrite * bytesPerMs);
    this.#takenBytes += buffer.append(chunk.subarray(0, Math.min(from + bytes, chunk.length)), from);
    return true;
  }

  #control(message: ControlMessage): void {
    this.#receipts++;
    let settled = false;
    const settle = () => {
      if (settled) throw new Error("A control message settled twice");
      settled = true;
      this.#settledReceipts++;
    };
    this.#input(() => this.session.control(message, { resolve: settle, reject: settle }));
    if (this.#receipts - this.#settledReceipts > 256) throw new Error("Too many control messages wait");
  }

  #finish(ms: number): void {
    if (!this.session.outcome) this.#endMs = Math.min(this.#endMs, ms);
    this.#input(() => this.session.finish(ms * bytesPerMs));
  }

  #pass(ms: number): void {
    this.now += ms;
    this.#input(() => this.session.timeout(this.now));
    // An attempt may be due at once.
    for (let again = 0; this.session.due <= this.now; again++) {
      if (again === 3) throw new Error("Something is due that was just done");
      this.#input(() => this.session.timeout(this.now));
    }
  }

  #input(input: () => void): void {
    this.inputs++;
    const ended = this.session.outcome !== undefined;
    const about = this.#about;
    const others = this.session.connections.filter(({ role }) => role === "retired").some((one) => one !== about);
    input();
    this.#about = undefined;
    const { outcome } = this.session;
    if (!ended && about && others && outcome && !outcome.error)
      throw new Error("The end does not wait for a retired connection");
    let most = 2000;
    for (let effect = this.session.poll(this.now); effect; effect = this.session.poll(this.now)) {
      if (most-- === 0) throw new Error("Effects without end");
      const { connection } = effect;
      if (ended) throw new Error(`${effect.do} after the end`);
      if (effect.do === "open") {
        if (this.#lines.has(connection)) throw new Error("Opened twice");
        this.#lines.set(connection, new Line(connection));
      } else {
        const line = this.#line(connection);
        if (effect.do === "send" && connection.role === "current" && line.connection !== this.session.current)
          throw new Error("Sent on a connection that is not the current one");
        line.do(effect);
        if (effect.do === "send" && connection.role === "current")
          this.#reachedMs = Math.max(this.#reachedMs, line.sourceMs);
      }
    }
    this.#check();
  }

  // What must hold.

  #read(event: StreamingEvent): void {
    this.#events++;
    if (this.session.outcome) throw new Error(`${event.type} after the end`);
    if (this.#terminations > 0 && event.type !== "Warning" && event.type !== "Unrecognized")
      throw new Error(`${event.type} after Termination`);
    switch (event.type) {
      case "Begin":
        return this.#takesOver(0);
      case "Reconnected": {
        this.#reconnected++;
        if (event.cause === "rollover" && this.#turnOpen && this.now < (this.#current?.handover?.switchBy ?? 0))
          throw new Error("A handover in mid-turn");
        const startMs = this.#reachedMs - event.replayed_ms;
        const lostMs = Math.max(0, startMs - this.#coveredMs);
        if (Math.abs(lostMs - event.lost_ms) > 1) throw new Error(`Lost ${lostMs} ms, reported ${event.lost_ms}`);
        this.#lostMs += event.lost_ms;
        if (lostMs > 0) this.#turnOpen = false;
        this.#coveredMs = Math.max(this.#coveredMs, startMs);
        return this.#takesOver(startMs);
      }
      case "Termination":
        this.#terminations++;
        return;
      case "Turn": {
        if (event.turn_order !== this.#turns) throw new Error(`Turn ${event.turn_order} instead of ${this.#turns}`);
        if (this.#about?.failure) throw new Error("A turn behind an Error is read");
        if (this.#about?.role === "retired") throw new Error("A turn that is open on a retired connection is read");
        this.#turnOpen = !event.end_of_turn && event.words.length > 0;
        if (!event.end_of_turn) return;
        this.#turns++;
        for (const { start = 0, end = 0 } of event.words) {
          const [from, to] = [Number(start), Number(end)];
          if (from > this.#coveredMs + 1) throw new Error(`Words from ${from} ms, after ${this.#coveredMs}`);
          if (to > this.#reachedMs + 1) throw new Error(`Words up to ${to} ms, of ${this.#reachedMs}`);
          this.#coveredMs = Math.max(this.#coveredMs, to);
        }
      }
    }
  }

  #takesOver(startMs: number): void {
    const { current } = this.session;
    if (!current) throw new Error("No current connection");
    this.#line(current).takeOver(startMs);
  }

  #check(): void {
    const { session } = this;
    const { connections, state, outcome } = session;
    if (!next[this.#state].includes(state)) throw new Error(`${state} after ${this.#state}`);
    this.#state = state;
    let [current, spare] = [0, 0];
    for (const connection of connections) {
      const { role, stage, begin, failure } = connection;
      if (role === "current") current++;
      if (role === "spare") spare++;
      if (stage !== "connecting" && !begin && !failure) throw new Error(`${stage} without Begin`);
      if (stage === "terminating" && !this.#lines.get(connection)?.terminateCame) throw new Error("No Terminate");
      const reachedMs = this.#lines.get(connection)?.sourceMs ?? 0;
      if (stage === "terminating" && role === "current" && reachedMs < this.#endMs)
        throw new Error("Terminate comes before the end of the audio");
      if (stage === "terminating" && role === "spare") throw new Error("A spare connection terminates");
      if (role === "retired" && (stage === "open" || stage === "connecting")) throw new Error(`Retired, and ${stage}`);
    }
    if (current > 1 || spare > current) throw new Error(`${current} current connections, ${spare} spare ones`);
    if (this.#current?.role === "retired" && !session.current?.begin) throw new Error("A handover to nothing");
    this.#current = session.current;
    if (connections.length > 16) throw new Error(`${connections.length} connections`);
    if (state === "closing" && session.waitsForNetwork) throw new Error("The end waits for a network");
    if (state === "closing" && spare > 0) throw new Error("A spare connection while the session closes");
    const { handover, stage, deadline } = session.current ?? {};
    if (state === "open" && stage === "open" && handover && this.now < handover.openAt && deadline !== handover.openAt)
      throw new Error("The handover is forgotten");
    if (state === "closing" && stage === "open" && deadline !== Number.POSITIVE_INFINITY)
      throw new Error("A handover while the session closes");
    if (stage === "open" && deadline !== undefined && deadline <= this.now) throw new Error("A spare without a pause");
    if (!outcome && current === 0 && session.due === Number.POSITIVE_INFINITY && !session.waitsForNetwork)
      throw new Error("The session waits for nothing");
    for (const line of this.#lines.values())
      if (!line.destroyed && !connections.includes(line.connection)) throw new Error("A socket is left behind");
    for (const [connection, line] of this.#lines) {
      if (!line.destroyed) continue;
      this.#lines.delete(connection);
      this.#gone.splice(0, this.#gone.length, connection);
    }
    if (outcome) {
      if (connections.length > 0) throw new Error("Connections after the end");
      if (session.due !== Number.POSITIVE_INFINITY) throw new Error("Something is due after the end");
      if (this.#settledReceipts !== this.#receipts) throw new Error("A control message is left behind");
    }
  }

  #checkEnd(): void {
    const { outcome, stats } = this.session;
    const error = outcome?.error;
    if (this.#aborted !== (error?.code === "aborted") && !error) throw new Error("Aborted, and not failed");
    if (this.#sourceFailed && !error) throw new Error("The source failed, and nothing reports it");
    const { maxAttempts = 0 } = this.#variant.settings.reconnect ?? {};
    if (maxAttempts === 100 && this.session.record.begin && error?.closeCode === 1006)
      throw new Error("A drop is the end");
    const seconds = this.session.summary.audioDurationSeconds ?? 0;
    if (Math.abs(seconds - this.#toldSeconds) > 1e-6) throw new Error(`${seconds} s instead of ${this.#toldSeconds}`);
    if (stats.reconnects !== this.#reconnected) throw new Error(`${stats.reconnects} reconnects`);
    // In whole ms.
    const reachedLost = error && error.code !== "audio-failed" ? Math.max(0, this.#reachedMs - this.#coveredMs) : 0;
    if (error && error.code !== "audio-failed" && this.#terminationsSent === 0)
      if (Math.abs(stats.audioLostMs - this.#lostMs - reachedLost) > 2)
        throw new Error(`Lost ${this.#lostMs + reachedLost} ms, reported ${stats.audioLostMs}`);
    if (error) return;
    const writtenMs = Math.min(this.#endMs, this.#writtenMs);
    if (this.#turnOpen) throw new Error("A turn is open at the end");
    const missing = writtenMs - this.#coveredMs;
    // A figure in whole seconds may hide less than a second; and less than two, if it crossed Terminate on a socket without pings.
    if (missing > (this.#variant.sendsPings ? 1010 : 2010))
      throw new Error(`${missing} ms are missing, and nothing reports it`);
  }
}

const mulaw = { sampleRate: 8000, bytesPerSample: 1, silence: 255 };
const formatted = { turn_is_formatted: true, transcript: "a", end_of_turn_confidence: 1, utterance: "" };
