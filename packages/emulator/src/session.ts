import { randomUUID } from "node:crypto";
import { type AudioInput, engineRate, openAudioInput } from "./audio-input.ts";
import { DurationRule } from "./audio-rules.ts";
import type { Cancel } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import type { SessionAction } from "./fault.ts";
import { applyFault, type Quirks, withUnknownFields } from "./fault-actions.ts";
import type { FaultWatch, Point } from "./fault-plan.ts";
import { Inbox } from "./inbox.ts";
import type { SessionRecord } from "./observation.ts";
import { type Parameters, readParameters, updateParameters } from "./parameters.ts";
import { closeReason, ProtocolError } from "./protocol-error.ts";
import type { Settings } from "./settings.ts";
import { Transcription } from "./transcription.ts";
import { Turns } from "./turns.ts";
import type { ServerMessage } from "./wire.ts";

/** What a session needs of its server. */
export interface SessionContext {
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly record: SessionRecord;
  readonly faults: FaultWatch;
}

/** The life of one connection from HTTP 101 on (protocol.md section 6). */
export class Session {
  readonly #context: SessionContext;
  readonly #connection: Connection;
  readonly #inbox: Inbox<string | Uint8Array>;
  readonly #durations = new DurationRule();
  readonly #turns: Turns;
  readonly #transcription: Transcription;
  readonly #timers = new Set<Cancel>();
  readonly #openedAt: number;
  readonly #progress = { audioMs: 0, messages: 0, partials: 0, finals: 0 };
  readonly #quirks: Quirks = { noTermination: false, duplicateFinal: false, unknownFields: false };
  #parameters: Parameters;
  #input: AudioInput | undefined;
  #ended = false;

  constructor(connection: Connection, context: SessionContext) {
    const { settings, record } = context;
    this.#context = context;
    this.#connection = connection;
    this.#openedAt = settings.clock.now();
    this.#turns = new Turns(settings.formattedFinals);
    this.#parameters = readParameters(new URLSearchParams({ sample_rate: "16000" }), settings.defaultModel);
    this.#transcription = new Transcription(this.#turns, () => this.#parameters, {
      send: (messages) => {
        for (const message of messages) this.#send(message);
      },
      failed: (error) => this.#fail(error),
      lagging: (lags) => (lags ? connection.pause("engine") : connection.resume("engine")),
    });
    this.#inbox = new Inbox(
      (message) => this.#handle(message),
      (full) => (full ? connection.pause("busy") : connection.resume("busy")),
    );
    connection.listen({
      message: (message) => {
        if (!this.#ended) this.#inbox.push(message);
      },
      closed: (code, reason) => {
        this.#end();
        record.end(code, reason);
      },
    });
  }

  /** Checks who asks for what, opens the engine and sends `Begin`; an Error where something is wrong. */
  async open(): Promise<void> {
    const { settings, credentials, record } = this.#context;
    const { query, headers } = record.handshake;
    this.#fault("open");
    this.#context.faults.timed((afterMs, take) => this.#after(afterMs, () => this.#apply(take())));
    try {
      const { maxSessionSeconds } = credentials.redeem(query, headers);
      this.#parameters = readParameters(query, settings.defaultModel);
      this.#input = await openAudioInput(this.#parameters);
      await this.#transcription.open(settings.engine);
      if (this.#ended) return;
      this.#begin(maxSessionSeconds);
      this.#inbox.start();
    } catch (error) {
      this.#fail(error);
    }
  }

  #begin(maxSessionSeconds: number): void {
    const { settings, record } = this.#context;
    const { speech_model, mode, speaker_labels, redact_pii, filter_profanity, domain, voice_focus } = this.#parameters;
    const id = randomUUID();
    record.begun(id, this.#parameters);
    const configuration = {
      model: speech_model,
      mode: mode ?? null,
      api_version: record.handshake.headers["assemblyai-version"] ?? "2025-05-12",
      speaker_labels: speaker_labels ?? false,
      redact_pii: redact_pii ?? false,
      filter_profanity: filter_profanity ?? false,
      domain: domain ?? null,
      voice_focus: voice_focus ?? null,
    };
    const expires = Math.floor(settings.clock.now() / 1_000) + maxSessionSeconds;
    const begin = { type: "Begin", id, expires_at: expires } as const;
    this.#send({ ...begin, ...(settings.beginConfiguration && { configuration }) });
  }

  #handle(message: string | Uint8Array): void | Promise<void> {
    if (this.#ended) return undefined;
    try {
      const handling = typeof message === "string" ? this.#command(message) : this.#audio(message);
      if (handling !== undefined) return handling.then(() => this.#handled()).catch((error) => this.#fail(error));
      this.#handled();
    } catch (error) {
      this.#fail(error);
    }
    return undefined;
  }

  #handled(): void {
    this.#progress.messages++;
    this.#fault("received");
  }

  #audio(bytes: Uint8Array): Promise<void> | undefined {
    const input = this.#input;
    const durationMs = input?.durationOf?.(bytes);
    this.#context.record.heard(bytes, durationMs);
    if (durationMs !== undefined) this.#durations.accept(durationMs);
    const samples = input?.decode(bytes);
    if (samples instanceof Promise) return samples.then((decoded) => this.#decoded(decoded, durationMs));
    return samples && this.#decoded(samples, durationMs);
  }

  #decoded(samples: Float32Array, durationMs: number | undefined): Promise<void> | undefined {
    const decodedMs = samples.length / (engineRate / 1_000);
    if (durationMs === undefined) this.#context.record.audioDecoded(decodedMs);
    this.#progress.audioMs += durationMs ?? decodedMs;
    return this.#transcription.write(samples);
  }

  #command(text: string): Promise<void> | undefined {
    this.#context.record.text("in", text);
    const message = parseCommand(text);
    switch (message.type) {
      case "Terminate":
        return this.#terminate();
      case "ForceEndpoint":
        void this.#transcription.cut();
        return undefined;
      case "UpdateConfiguration":
        this.#parameters = updateParameters(this.#parameters, message);
        this.#context.record.parameters = this.#parameters;
        return undefined;
      case "KeepAlive":
        return undefined;
      default:
        throw new ProtocolError(3006, `Invalid Message Type: ${String(message.type)}`);
    }
  }

  async #terminate(): Promise<void> {
    this.#fault("terminate");
    const rest = await this.#input?.flush();
    if (rest !== undefined) await this.#transcription.write(rest);
    await this.#transcription.cut();
    const revision = this.#turns.speakerRevision();
    if (revision !== undefined) this.#send(revision);
    if (!this.#quirks.noTermination) this.#expire();
  }

  #expire(): void {
    const { clock } = this.#context.settings;
    this.#send({
      type: "Termination",
      audio_duration_seconds: Math.round(this.#context.record.audio.receivedMs / 1_000),
      session_duration_seconds: Math.round((clock.now() - this.#openedAt) / 1_000),
    });
    this.#close(1_000, "");
  }

  #send(message: ServerMessage): void {
    const text = JSON.stringify(this.#quirks.unknownFields ? withUnknownFields(message) : message);
    const left = () => this.#left(message);
    this.#sendText(text, left);
    if (!isFinal(message) || !this.#quirks.duplicateFinal) return;
    this.#quirks.duplicateFinal = false;
    this.#sendText(text, left);
  }

  #sendText(text: string, left?: () => void): void {
    if (this.#ended) return;
    const leaving = () => this.#context.record.text("out", text);
    this.#connection.send(text, { leaving, ...(left && { left }) });
  }

  /** A message has left: the faults that wait for it may happen. */
  #left(message: ServerMessage): void {
    if (message.type === "Begin") this.#fault("begin");
    if (message.type !== "Turn") return;
    const kind = message.end_of_turn ? "final" : "partial";
    this.#progress[`${kind}s`]++;
    this.#fault(kind);
  }

  #fault(point: Point): void {
    if (!this.#ended) this.#apply(this.#context.faults.at(point, this.#progress));
  }

  #apply(actions: readonly SessionAction[]): void {
    for (const action of actions) {
      this.#context.record.fault(action);
      applyFault(action, {
        connection: this.#connection,
        quirks: this.#quirks,
        sendRaw: (text) => this.#sendText(text),
        close: (code, reason) => this.#close(code, reason),
        expire: () => this.#expire(),
      });
    }
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.#context.settings.clock.after(ms, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  #fail(error: unknown): void {
    if (this.#ended) return;
    const known = error instanceof ProtocolError;
    const code = known ? error.code : 3005;
    this.#send({
      type: "Error",
      error_code: code,
      error: known ? error.message : "Session Cancelled: An error occurred",
    });
    this.#close(code, closeReason);
  }

  #close(code: number, reason: string): void {
    this.#end();
    this.#connection.close(code, reason);
  }

  #end(): void {
    this.#ended = true;
    this.#inbox.clear();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#transcription.close();
    this.#input?.close();
  }
}

function isFinal(message: ServerMessage): boolean {
  return message.type === "Turn" && message.end_of_turn;
}

function parseCommand(text: string): Readonly<Record<string, unknown>> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ProtocolError(3006, "Invalid JSON: the message could not be parsed");
  }
  if (typeof message !== "object" || message === null || Array.isArray(message))
    throw new ProtocolError(3006, "Invalid Message: expected a JSON object");
  return { ...message };
}
