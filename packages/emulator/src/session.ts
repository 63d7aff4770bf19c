import { randomUUID } from "node:crypto";
import { type AudioInput, openAudioInput } from "./audio-input.ts";
import { DurationRule } from "./audio-rules.ts";
import type { Cancel } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { Credentials } from "./credentials.ts";
import type { FaultWatch } from "./fault-plan.ts";
import { Inbox } from "./inbox.ts";
import type { SessionRecord } from "./observation.ts";
import { type Parameters, readParameters, updateParameters } from "./parameters.ts";
import { closeReason, ProtocolError } from "./protocol-error.ts";
import type { Settings } from "./settings.ts";
import { Transcription } from "./transcription.ts";
import { Turns } from "./turns.ts";
import type { ErrorMessage, ServerMessage } from "./wire.ts";

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
      text: (text) => {
        record.text("in", text);
        if (!this.#ended) this.#inbox.push(text);
      },
      audio: (bytes) => {
        if (!this.#ended) this.#inbox.push(bytes);
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
    this.#send({
      type: "Begin",
      id,
      expires_at: Math.floor(settings.clock.now() / 1_000) + maxSessionSeconds,
      ...(settings.beginConfiguration && { configuration }),
    });
  }

  #handle(message: string | Uint8Array): void | Promise<void> {
    if (this.#ended) return undefined;
    try {
      const handled = typeof message === "string" ? this.#command(message) : this.#audio(message);
      return handled?.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  async #audio(bytes: Uint8Array): Promise<void> {
    const durationMs = this.#input?.durationOf?.(bytes);
    this.#context.record.audioArrived(bytes, durationMs);
    if (durationMs !== undefined) this.#durations.accept(durationMs);
    const samples = await this.#input?.decode(bytes);
    if (samples !== undefined) await this.#transcription.write(samples);
  }

  #command(text: string): Promise<void> | undefined {
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
    const rest = await this.#input?.flush();
    if (rest !== undefined) await this.#transcription.write(rest);
    await this.#transcription.cut();
    if (this.#ended) return;
    const revision = this.#turns.speakerRevision();
    if (revision !== undefined) this.#send(revision);
    this.#sendTermination();
    this.#close(1000, "");
  }

  #sendTermination(): void {
    const { clock } = this.#context.settings;
    this.#send({
      type: "Termination",
      audio_duration_seconds: Math.round(this.#context.record.audio.receivedMs / 1_000),
      session_duration_seconds: Math.round((clock.now() - this.#openedAt) / 1_000),
    });
  }

  #send(message: ServerMessage | ErrorMessage): void {
    if (this.#ended) return;
    const text = JSON.stringify(message);
    this.#context.record.text("out", text);
    this.#connection.send(text);
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
