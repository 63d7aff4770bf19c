import type { Word } from "../../src/protocol/messages.ts";
import { word } from "../messages.ts";
import type { Line } from "./service.ts";
import type { Surroundings } from "./surroundings.ts";

const formatted = { turn_is_formatted: true, transcript: "a", end_of_turn_confidence: 1, utterance: "" };

/** What a service does: as it should, in random ways, or as little as it can. */
export class Service {
  readonly #world: Surroundings;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** One step of the given kind on a connection; nothing if that cannot happen now. */
  happens(line: Line, kind: string, how: number): void {
    const { session, now, account } = this.#world;
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
        return this.#world.input(() => session.handshaken(connection));
      case "fail to open":
        if (line.begun) return;
        return this.#world.input(() => session.failed(connection, new TypeError("no such host"), now));
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
        return this.#world.input(() => session.message(connection, how < 0.5 ? "{" : '{"type":"New"}', now));
      case "pong":
        return this.#pongs(line);
      case "drop":
        return this.#closes(line, 1006);
      case "close normally":
        return this.#closes(line, 1000);
      case "close for good":
        return this.#closes(line, 1008);
      case "error":
        account.unanswered = 0;
        return this.#says(line, { type: "Error", error_code: 3005, error: "broken" });
      case "error without code":
        account.unanswered = 0;
        this.#says(line, { error: "busy" });
        return how < 0.5 ? this.#closes(line, 1011) : undefined;
      case "end early":
        // Nobody asked, or it crosses Terminate: what is open is never sent.
        if (!line.carriesAudio || line.terminationSent) return;
        if (line.terminateCame && (line.ponged || account.crossed)) return;
        if (!line.terminateCame)
          return this.#terminates(line, Math.min(line.toldMs + how * 500, line.wireMs), how * 16);
        account.crossed = true;
        // Its last words, up to a moment before the end, in ms or in whole seconds.
        return this.#concludes(
          line,
          Math.max(line.toldMs, line.wireMs - how * 250),
          how < 0.6 ? 0 : Math.floor(how * 16) % 4,
        );
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
        line.drain();
    }
  }

  /** The service as it should be; or, if it is stingy, one that confirms the end without an answer. */
  behaves(line: Line, stingy: boolean): void {
    line.drain();
    if (line.closing) return this.#closes(line, 1000);
    if (!line.begun) return this.#begin(line, 0.5);
    if (line.terminateCame && !line.terminationSent) return this.#answers(line, stingy ? line.toldMs : line.wireMs, 0);
    this.#pongs(line);
  }

  #pongs(line: Line): void {
    line.ponged = line.terminateCame;
    this.#world.input(() => this.#world.session.pong(line.connection, this.#world.now));
  }

  #begin(line: Line, how: number): void {
    line.begun = true;
    const lifetimes = [0, 0, 3600, 600, 60, 31, 20, 2];
    const lifetime = lifetimes[Math.floor(how * lifetimes.length)] ?? 0;
    const expires_at = lifetime === 0 ? 0 : this.#world.now / 1000 + lifetime;
    this.#says(line, { type: "Begin", id: `${line.connection.attempt}`, expires_at });
  }

  /** A word like no other: by its text a word that is read again is recognised. */
  #spoken(line: Line, start: number, end: number): Word[] {
    const { inputs, variant, account } = this.#world;
    const text = `word ${inputs}`;
    if (!variant.settings.parameters.speakerLabels) return [{ ...word(start, end), text }];
    // Final audio is heard again, and a word that was said ends where it did.
    const said = line.lastAt(account.coveredMs, start, end);
    const ends = said > start && line.inSource(end) > account.coveredMs ? [said, end] : [end];
    return ends.map((to, index) => {
      const speaker = to % 3 === 0 ? "A" : "B";
      return { ...word(index === 0 ? start : said, to), text: `${text} ${index}`, speaker };
    });
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
    this.#says(line, {
      type: "Turn",
      turn_order,
      end_of_turn: final,
      ...formatted,
      words: this.#spoken(line, start, end),
    });
  }

  /** The answer to Terminate. */
  #answers(line: Line, heardMs: number, figure: number): void {
    if (this.#world.variant.sendsPings) this.#pongs(line);
    if (!line.destroyed) this.#concludes(line, heardMs, figure);
  }

  /** Sends what was said up to `heardMs`, and ends. */
  #concludes(line: Line, heardMs: number, figure: number): void {
    const until = Math.floor(heardMs);
    if (until > line.toldMs) {
      const words = this.#spoken(line, line.toldMs, until);
      line.toldMs = until;
      line.turnOpen = false;
      this.#says(line, { type: "Turn", turn_order: line.turn++, end_of_turn: true, ...formatted, words });
    }
    if (!line.destroyed) this.#terminates(line, until, figure);
  }

  /** @param figure How the duration is given: exactly, or in whole seconds, rounded in any way. */
  #terminates(line: Line, heardMs: number, figure: number): void {
    const { account, variant } = this.#world;
    line.terminationSent = true;
    const seconds = heardMs / 1000;
    const figures = [seconds, Math.floor(seconds), Math.round(seconds), Math.ceil(seconds)];
    const told = figures[Math.floor(figure)] ?? seconds;
    account.terminationsSent++;
    // Behind an Error it is not heard.
    if (line.begun && !line.connection.refusal) account.toldSeconds += told;
    const missingMs = account.missingMs(this.#world);
    const asked = line.terminateCame && line.connection.role === "current" && !line.connection.refusal;
    const crosses = asked && variant.sendsPings && !line.ponged && !account.doubted && told * 1000 < line.wireMs - 10;
    if (asked && missingMs > 2010 && ++account.unanswered > 2)
      throw new Error("A service that does not answer is asked again without end");
    const shown = account.terminations;
    this.#says(line, { type: "Termination", audio_duration_seconds: told });
    if (crosses && missingMs > 20 && account.terminations > shown && !this.#world.session.outcome?.error)
      throw new Error("A Termination that crossed Terminate is taken for the answer");
    account.doubted ||= asked;
  }

  #says(line: Line, message: object): void {
    const { session } = this.#world;
    const said = JSON.stringify(message);
    this.#world.input(() => session.message(line.connection, said, this.#world.now), line.connection);
  }

  #closes(line: Line, code: number): void {
    const { session, account } = this.#world;
    if (line.terminateCame) account.doubted = true;
    const end = { code, reason: "" };
    this.#world.input(() => session.closed(line.connection, end, this.#world.now), line.connection);
    if (!line.destroyed) throw new Error("A connection that is closed is not given up");
  }
}
