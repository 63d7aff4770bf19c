import { randomUUID } from "node:crypto";
import { type AudioInput, engineRate } from "../audio/audio-input.ts";
import { DurationRule } from "../audio/duration-rule.ts";
import { openAudioInput } from "../audio/open-audio-input.ts";
import { PacingRule } from "../audio/pacing.ts";
import type { Connection } from "../connection/connection.ts";
import { Inbox } from "../connection/inbox.ts";
import type { Hypothesis } from "../engines/engine.ts";
import type { SessionAction } from "../faults/fault.ts";
import type { FaultWatch } from "../faults/fault-plan.ts";
import { FaultySender } from "../faults/faulty-sender.ts";
import type { Credentials, Grant } from "../http/credentials.ts";
import type { SessionRecord } from "../observation/session-record.ts";
import type { Settings } from "../settings.ts";
import { exactEdges, LiveEdges } from "../turns/edge-times.ts";
import { type Cause, Transcription, type TranscriptionListener } from "../turns/transcription.ts";
import { Turns } from "../turns/turns.ts";
import { AudioTime } from "./audio-time.ts";
import { beginMessage } from "./begin-message.ts";
import { type ClientCommand, parseCommand } from "./client-command.ts";
import { DelayLine } from "./delay-line.ts";
import { type LatencyModel, LiveLatency, noLatency } from "./latency.ts";
import { isBroken, modelFamily } from "./models.ts";
import { type Parameters, readParameters, updateParameters } from "./parameters.ts";
import { cancelled, closeReason, ProtocolError } from "./protocol-error.ts";
import type { OpenSessions } from "./session-limit.ts";
import { SessionTimers } from "./session-timers.ts";
import { SilenceReports } from "./silence-reports.ts";
import type { ServerMessage } from "./wire.ts";

/** How far an engine may be behind speech before the client is warned. */
const mostLagMs = 5_000;
const lagWarning = 2_001;

/** What may wait to be handled; the longer where audio is held back, which has to hold five minutes of it at any rate. */
const fewWaiting = { messages: 32, length: 32 * 131_072 };
const manyWaiting = { messages: 8_192, length: 64 * 1_048_576 };

/** How long a model that accepts sessions and then cancels them lets them be. */
const brokenAfterMs = 5_000;

/** What a session needs of its server. */
export interface SessionContext {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly openSessions: OpenSessions;
  readonly record: SessionRecord;
  readonly faults: FaultWatch;
  /** What the credentials granted, where they were looked at before HTTP 101. */
  readonly grant: Grant | undefined;
}

/** The life of one connection from HTTP 101 on (protocol.md section 6). */
export class Session {
  readonly #connection: Connection;
  readonly #context: SessionContext;
  readonly #sender: FaultySender;
  readonly #timers: SessionTimers;
  readonly #inbox: Inbox<string | Uint8Array>;
  readonly #durations = new DurationRule();
  readonly #pacing: PacingRule;
  readonly #silences = new SilenceReports();
  readonly #latency: LatencyModel;
  readonly #audioTime = new AudioTime();
  /** What is said to the client after a while, in order. */
  readonly #line: DelayLine;
  readonly #turns: Turns;
  readonly #transcription: Transcription;
  #parameters: Parameters;
  #input: AudioInput | undefined;
  #leave: (() => void) | undefined;
  #startedAt: number;
  #revisedMs = 0;
  #warned = false;
  /** Whether `Terminate` brought the final of a turn. */
  #endedInTurn = false;
  #terminating = false;
  #ended = false;

  constructor(connection: Connection, context: SessionContext) {
    const { settings, record, faults } = context;
    this.#connection = connection;
    this.#context = context;
    this.#startedAt = settings.clock.now();
    this.#timers = new SessionTimers(settings.clock, (error) => this.#fail(error));
    this.#pacing = new PacingRule(settings.pacing);
    const seed = settings.seed * 65_537 + record.index;
    this.#latency = settings.latency === "live" ? new LiveLatency(~seed) : noLatency;
    this.#line = new DelayLine(settings.clock, (error) => this.#fail(error));
    this.#turns = new Turns(settings.formattedFinals, settings.edges === "live" ? new LiveEdges(seed) : exactEdges);
    this.#parameters = readParameters(new URLSearchParams({ sample_rate: "16000" }), settings.defaultModel);
    this.#sender = new FaultySender(connection, record, faults, {
      expire: () => this.#expire(),
      failed: (error) => this.#fail(error),
      ended: () => this.#free(),
    });
    const listener: TranscriptionListener = {
      send: (messages, cause) => this.#sendTurn(messages, cause),
      heard: (hypothesis) => this.#heard(hypothesis),
      failed: (error) => this.#fail(error),
      lagging: (lags) => (lags ? connection.pause("engine") : connection.resume("engine")),
    };
    this.#transcription = new Transcription(this.#turns, () => this.#parameters, listener, settings.speakerCuts);
    this.#inbox = new Inbox(
      (message) => this.#handle(message),
      (full) => (full ? connection.pause("busy") : connection.resume("busy")),
      () => (this.#pacing.buffers && this.#input?.durationOf ? manyWaiting : fewWaiting),
    );
    connection.listen({
      message: (message) => this.#arrived(message),
      resumed: () => this.#timers.sign(),
      closed: (code, reason) => {
        this.#sender.end();
        record.end(code, reason);
      },
    });
  }

  /** Checks who asks for what, opens the engine and sends `Begin`; an Error where something is wrong. Never rejects. */
  async open(): Promise<void> {
    const { settings, credentials, openSessions, record, faults } = this.#context;
    const { query, headers } = record.handshake;
    try {
      this.#sender.reached("open");
      faults.timed((afterMs, take) => this.#timers.after(afterMs, () => this.#sender.misbehave(take())));
      const grant = this.#context.grant ?? credentials.redeem(query, headers, this.#sender.refusesUsedToken);
      this.#parameters = readParameters(query, settings.defaultModel);
      if (!this.#ended) this.#leave = openSessions.enter();
      this.#input = await openAudioInput(this.#parameters);
      if (!isBroken(this.#parameters.speech_model)) await this.#transcription.open(settings.engine, query);
      const left = this.#latency.begin() - this.#elapsedMs;
      if (left > 0 && !this.#ended) await this.#timers.wait(left);
      if (!this.#ended) this.#begin(Math.min(grant.maxSessionSeconds, settings.maxSessionSeconds));
    } catch (error) {
      this.#fail(error);
    }
    // The client may have gone while this was under way: what came in since is given back too.
    if (this.#ended) this.#free();
  }

  /** Makes this go wrong now. Returns whether the session was still open. */
  misbehave(action: SessionAction): boolean {
    if (this.#ended) return false;
    this.#sender.misbehave([action]);
    return true;
  }

  #begin(maxSeconds: number): void {
    const { settings, record } = this.#context;
    const id = randomUUID();
    const version = record.handshake.headers["assemblyai-version"];
    const { beginConfiguration: configuration } = settings;
    this.#startedAt = settings.clock.now();
    record.begun(id, this.#parameters);
    this.#sender.send(
      beginMessage(
        id,
        Math.floor(this.#startedAt / 1_000) + maxSeconds,
        configuration === false ? undefined : this.#parameters,
        typeof version === "string" ? version : undefined,
        typeof configuration === "object" ? configuration : undefined,
      ),
    );
    if (this.#ended) return;
    if (isBroken(this.#parameters.speech_model)) this.#timers.after(brokenAfterMs, () => this.#fail(cancelled()));
    this.#startTimers(maxSeconds);
    this.#inbox.start();
  }

  #startTimers(maxSeconds: number): void {
    this.#timers.after(maxSeconds * 1_000, () => {
      if (this.#context.settings.expiry === "termination") this.#terminate().catch((error) => this.#fail(error));
      else this.#fail(new ProtocolError(3_008, "Session Expired: Maximum session duration exceeded"));
    });
    this.#timers.heartbeat(() => this.#beat());
    const { inactivity_timeout: seconds } = this.#parameters;
    if (seconds === undefined) return;
    const text = `Session terminated due to inactivity: No messages received for ${seconds} seconds`;
    this.#timers.sign();
    this.#timers.inactivity(
      seconds,
      () => this.#connection.reading,
      () => this.#fail(new ProtocolError(3_006, text)),
    );
  }

  #arrived(message: string | Uint8Array): void {
    if (this.#ended) return;
    this.#timers.sign();
    try {
      if (typeof message !== "string") this.#pacing.arrived(this.#input?.durationOf?.(message) ?? 0, this.#elapsedMs);
      this.#inbox.push(message);
    } catch (error) {
      this.#fail(error);
    }
  }

  #handle(message: string | Uint8Array): Promise<void> | undefined {
    if (this.#ended || this.#terminating) return undefined;
    try {
      const handling = typeof message === "string" ? this.#command(message) : this.#audio(message);
      return handling?.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #audio(bytes: Uint8Array): Promise<void> | undefined {
    const durationMs = this.#input?.durationOf?.(bytes);
    const wait = this.#pacing.wait(durationMs ?? 0, this.#elapsedMs);
    return wait > 0
      ? this.#timers.wait(wait).then(() => this.#decode(bytes, durationMs))
      : this.#decode(bytes, durationMs);
  }

  #decode(bytes: Uint8Array, durationMs: number | undefined): Promise<void> | undefined {
    this.#context.record.heard(bytes, durationMs);
    if (durationMs !== undefined) this.#durations.accept(durationMs);
    const samples = this.#input?.decode(bytes);
    if (samples instanceof Promise) return samples.then((decoded) => this.#transcribe(decoded, durationMs));
    return samples && this.#transcribe(samples, durationMs);
  }

  #transcribe(samples: Float32Array, durationMs: number | undefined): Promise<void> | undefined {
    const decodedMs = (samples.length * 1_000) / engineRate;
    if (durationMs === undefined) this.#context.record.audioDecoded(decodedMs);
    this.#audioTime.received(decodedMs, this.#now);
    const received = () => this.#sender.received(durationMs ?? decodedMs);
    const writing = this.#transcription.write(samples);
    if (writing !== undefined) return writing.then(received);
    received();
    return undefined;
  }

  #command(text: string): Promise<void> | undefined {
    const { record } = this.#context;
    record.text("in", text);
    const command = this.#parse(text);
    if (command === undefined) return undefined;
    const { type, fields } = command;
    if (type === "UpdateConfiguration") {
      this.#parameters = updateParameters(this.#parameters, fields);
      record.parameters = this.#parameters;
    }
    if (type === "Terminate") this.#sender.reached("terminate");
    this.#sender.received(0);
    if (type === "ForceEndpoint") return this.#transcription.forceCut(this.#now);
    return type === "Terminate" ? this.#terminate() : undefined;
  }

  /** @throws ProtocolError, if it has not to wait with it */
  #parse(text: string): ClientCommand | undefined {
    try {
      return parseCommand(text);
    } catch (error) {
      const delay = this.#latency.refusal();
      if (delay === 0) throw error;
      this.#timers.after(delay, () => this.#fail(error));
      return undefined;
    }
  }

  async #terminate(): Promise<void> {
    const asked = this.#now;
    this.#terminating = true;
    const rest = await this.#input?.flush();
    if (rest !== undefined) {
      if (!this.#input?.durationOf) this.#context.record.audioDecoded((rest.length * 1_000) / engineRate);
      await this.#transcription.write(rest);
    }
    await this.#transcription.cut(asked);
    if (this.#parameters.speech_model === "universal-streaming-multilingual")
      this.#sendAll([this.#turns.empty(this.#parameters)]);
    this.#sendRevision();
    if (!this.#sender.withholdsTermination) this.#expire(asked + this.#latency.termination(this.#endedInTurn));
  }

  /** @param at the earliest time, by the clock */
  #expire(at = this.#now): void {
    this.#line.push(at, () => {
      const { record } = this.#context;
      record.terminated();
      this.#sender.send({
        type: "Termination",
        audio_duration_seconds: Math.round(record.audio.receivedMs / 1_000),
        session_duration_seconds: record.billedSeconds,
      });
      this.#sender.close(1_000, "");
    });
  }

  #heard(hypothesis: Hypothesis): void {
    const { acknowledge_silence, speech_model, speaker_labels_revision_interval_ms: interval } = this.#parameters;
    const silences = this.#silences.heard(hypothesis);
    if (acknowledge_silence && modelFamily(speech_model) === "U3" && !this.#sender.congested) this.#sendAll(silences);
    if (!interval || hypothesis.heardMs - this.#revisedMs < interval) return;
    this.#revisedMs = hypothesis.heardMs;
    this.#sendRevision();
  }

  #sendRevision(): void {
    const revision = this.#turns.speakerRevision();
    if (revision !== undefined) this.#sendAll([revision]);
  }

  #beat(): void {
    this.#warnOfLag();
    const voice = this.#transcription.takeVoiceSeen();
    if (!this.#parameters.session_heartbeat || this.#sender.congested) return;
    const received = this.#context.record.audio.receivedMs;
    this.#sender.send({
      type: "Heartbeat",
      total_audio_received_ms: Math.round(received),
      total_duration_ms: Math.round(this.#elapsedMs),
      realtime_factor: Math.round((received / Math.max(1, this.#elapsedMs)) * 1e4) / 1e4,
      // The service may leave it out; here where no audio came to judge.
      ...(voice !== undefined && { max_speech_probability: voice ? 0.999999 : 0.000123 }),
    });
  }

  /** An engine that cannot keep up with speech says so, once until it has caught up. */
  #warnOfLag(): void {
    const behindMs = this.#transcription.behindMs(this.#elapsedMs);
    const warn = behindMs > mostLagMs && !this.#warned;
    this.#warned = behindMs > mostLagMs;
    if (!warn) return;
    const warning = `The engine is ${Math.round(behindMs / 1_000)} s behind: this machine has too many sessions for it`;
    this.#sender.send({ type: "Warning", warning_code: lagWarning, warning });
  }

  #sendTurn(messages: readonly ServerMessage[], cause: Cause): void {
    if (this.#terminating && cause.type === "asked") this.#endedInTurn = true;
    this.#sendAll(messages, this.#dueAt(cause));
  }

  /** When what is about this may be sent, by the clock. */
  #dueAt(cause: Cause): number {
    // Audio that comes faster than it is spoken waits for nothing but live latency.
    if (this.#latency === noLatency) return this.#now;
    switch (cause.type) {
      case "onset":
        return this.#audioTime.spokenAt(cause.audioMs) + this.#latency.firstPartial(this.#parameters);
      case "speech":
        return this.#now;
      case "end":
        return this.#audioTime.spokenAt(cause.audioMs) + this.#latency.final();
      case "asked":
        return cause.at + this.#latency.forced();
    }
  }

  /** @param at the earliest time, by the clock */
  #sendAll(messages: readonly ServerMessage[], at = this.#now): void {
    for (const message of messages) this.#line.push(at, () => this.#sender.send(message));
  }

  get #now(): number {
    return this.#context.settings.clock.now();
  }

  get #elapsedMs(): number {
    return this.#now - this.#startedAt;
  }

  #fail(error: unknown): void {
    const known = error instanceof ProtocolError;
    const { code, message } = known ? error : cancelled();
    if (!known && !this.#ended) this.#report(error);
    this.#sender.send({ type: "Error", error_code: code, error: message });
    this.#sender.close(code, closeReason);
  }

  /** What listens may throw itself: the session ends as it would have. */
  #report(error: unknown): void {
    try {
      this.#context.settings.onEngineError(error);
    } catch (thrown) {
      console.error("`onEngineError` threw:", thrown);
    }
  }

  /** Gives back what the session holds, each thing once; called again where something came in late. */
  #free(): void {
    this.#ended = true;
    this.#inbox.clear();
    this.#timers.clear();
    this.#line.clear();
    const input = this.#input;
    this.#input = undefined;
    for (const give of [() => this.#transcription.close(), () => input?.close(), () => this.#leave?.()]) {
      try {
        give();
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
