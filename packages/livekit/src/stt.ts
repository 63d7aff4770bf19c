import { type APIConnectOptions, stt } from "@livekit/agents";
import type { AudioFrame } from "@livekit/rtc-node";
import { type ConnectOptions, type TurnEvent, transcribe } from "voxpipe";
import { toApiError } from "./api-errors.ts";
import { monoBytes } from "./audio-frames.ts";
import { speechData } from "./speech-data.ts";
import { SpeechStream } from "./speech-stream.ts";

/** Every option of `connect`, except what the framework gives: the encoding and the signal. */
export interface STTOptions extends Omit<ConnectOptions, "encoding" | "signal"> {
  /**
   * Hz of the audio that is sent; the framework resamples to it.
   * @default 16000
   */
  sampleRate?: number | undefined;
}

/**
 * Streaming speech-to-text for LiveKit Agents.
 *
 * @example
 * const session = new voice.AgentSession({ stt: new STT({ apiKey: process.env.ASSEMBLYAI_API_KEY, formatTurns: true }), … });
 */
export class STT extends stt.STT {
  label = "voxpipe.STT";
  readonly #options: STTOptions;
  readonly #streams = new Set<SpeechStream>();
  #sessionKeyterms: readonly string[] = [];

  constructor(options: STTOptions = {}) {
    const { speakerLabels = false, includePartialTurns = true, ...rest } = options;
    super({
      streaming: true,
      interimResults: includePartialTurns,
      alignedTranscript: "word",
      diarization: speakerLabels,
      keyterms: true,
    });
    const apiKey = rest.token === undefined ? (rest.apiKey ?? process.env.ASSEMBLYAI_API_KEY) : undefined;
    this.#options = { ...options, apiKey };
  }

  override get model(): string {
    return this.#options.speechModel ?? "universal-3-5-pro";
  }

  override get provider(): string {
    return "AssemblyAI";
  }

  override stream(options: { connOptions?: APIConnectOptions } = {}): SpeechStream {
    const stream = new SpeechStream(this, this.#withKeyterms(), options.connOptions, () =>
      this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    return stream;
  }

  /** Terms of the agent's session, beside those of the options. Running streams get them, too. */
  override _updateSessionKeyterms(keyterms: string[]): void {
    this.#sessionKeyterms = [...keyterms];
    const { keytermsPrompt = [] } = this.#withKeyterms();
    for (const stream of this.#streams) stream.updateKeyterms(keytermsPrompt);
  }

  override async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
  }

  protected override async _recognize(
    buffer: AudioFrame | AudioFrame[],
    abortSignal?: AbortSignal,
  ): Promise<stt.SpeechEvent> {
    const frames = Array.isArray(buffer) ? buffer : [buffer];
    const sampleRate = frames[0]?.sampleRate ?? 16_000;
    if (frames.some((frame) => frame.sampleRate !== sampleRate))
      throw new TypeError("The frames have several sample rates.");
    const finals = new Map<number, TurnEvent>();
    let requestId = "";
    const options = { ...this.#withKeyterms(), sampleRate, signal: abortSignal };
    try {
      for await (const event of transcribe(frames.map(monoBytes), options)) {
        if (event.type === "Begin") requestId = event.id;
        if (event.type === "Turn" && event.end_of_turn && event.transcript !== "") finals.set(event.turn_order, event);
      }
    } catch (error) {
      throw toApiError(error);
    }
    const data = [...finals.values()].map((turn) => speechData(turn, this.#options, 0));
    const [first] = data;
    const text = data.map((turn) => turn.text).join(" ");
    const words = data.flatMap((turn) => turn.words ?? []);
    const whole = first && { ...first, text, words, endTime: data.at(-1)?.endTime ?? 0 };
    return { type: stt.SpeechEventType.FINAL_TRANSCRIPT, requestId, ...(whole && { alternatives: [whole] }) };
  }

  #withKeyterms(): STTOptions {
    const keytermsPrompt = [...new Set([...(this.#options.keytermsPrompt ?? []), ...this.#sessionKeyterms])].slice(
      0,
      100,
    );
    return keytermsPrompt.length === 0 ? this.#options : { ...this.#options, keytermsPrompt };
  }
}
