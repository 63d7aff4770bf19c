import { type Bytes, FrameAligner } from "@voxpipe/audio";
import { type AudioChunk, type AudioStream, StreamingError } from "voxpipe";

/** What a lane's audio goes to. */
export interface LaneOutput {
  /** Whole frames. Resolves once they have been taken; the memory may be used again then. */
  write(frames: Uint8Array): Promise<void>;
  /** The lane's audio is complete. */
  close(): Promise<void>;
  /** The lane's source failed. */
  abort(reason: unknown): Promise<void>;
}

/** Says when a lane may continue. */
export interface LaneGate {
  arrived(): void;
  /** Resolves once the chunk may be taken. */
  room(): Promise<void>;
  took(frames: number): void;
  idle(): void;
  ended(): void;
}

export interface LaneOptions {
  readonly frameBytes: number;
  /** Whether samples may be written as an `Int16Array`. */
  readonly samples: boolean;
  /** In bytes. */
  readonly highWaterMark: number;
}

/** A channel's writable end: chunks of any size become whole frames, which leave as the gate and the output allow. */
export class Lane {
  readonly stream: AudioStream;
  readonly #output: LaneOutput;
  readonly #gate: LaneGate;
  #controller: WritableStreamDefaultController | undefined;
  #ended = false;
  #pendingBytes = 0;
  #whenEmpty: () => void = () => {};

  constructor(options: LaneOptions, gate: LaneGate, output: LaneOutput) {
    this.#gate = gate;
    this.#output = output;
    const aligner = new FrameAligner(options.frameBytes);
    this.stream = new WritableStream<AudioChunk>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        write: async (chunk) => {
          try {
            const frames = aligner.push(bytesOf(chunk, options.samples));
            if (frames.length > 0) await this.#pass(frames, options.frameBytes);
          } catch (error) {
            this.#end();
            void output.abort(error).catch(() => {});
            throw error;
          } finally {
            this.#pendingBytes -= sizeOf(chunk);
            if (this.#pendingBytes === 0) this.#whenEmpty();
          }
        },
        close: () => {
          this.#end();
          return output.close();
        },
        abort: (reason) => {
          this.#end();
          return output.abort(reason);
        },
      },
      {
        highWaterMark: options.highWaterMark,
        size: (chunk) => {
          const bytes = sizeOf(chunk);
          this.#pendingBytes += bytes;
          return bytes;
        },
      },
    );
  }

  /** Bytes written and not taken yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Nothing more is taken: writes reject with `error`. */
  fail(error: unknown): void {
    this.#end();
    this.#controller?.error(error);
  }

  /** Resolves once all that was written so far has been taken, or never will be. */
  async flushed(): Promise<void> {
    if (this.#ended || this.#pendingBytes === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  async #pass(frames: Uint8Array, frameBytes: number): Promise<void> {
    this.#gate.arrived();
    await this.#gate.room();
    this.#gate.took(frames.length / frameBytes);
    await this.#output.write(frames);
    this.#gate.idle();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#gate.ended();
    this.#whenEmpty();
  }
}

function sizeOf(chunk: unknown): number {
  const length = typeof chunk === "object" && chunk !== null && "byteLength" in chunk ? chunk.byteLength : 0;
  return typeof length === "number" ? length : 0;
}

const views: ReadonlySet<string> = new Set(["Uint8Array", "Uint8ClampedArray", "DataView"]);

function bytesOf(chunk: AudioChunk, samples: boolean): Uint8Array {
  if (ArrayBuffer.isView(chunk)) {
    const kind = Object.prototype.toString.call(chunk).slice(8, -1);
    if (views.has(kind) || (samples && kind === "Int16Array"))
      return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    throw invalid(`a ${kind}`);
  }
  try {
    return new Uint8Array(chunk);
  } catch {
    throw invalid("memory that was transferred");
  }
}

function invalid(what: string): StreamingError {
  const message = `Audio must be bytes in the session's encoding, not ${what}. Convert it with encodePcm16() of @voxpipe/audio.`;
  return new StreamingError("invalid-audio", message);
}

/** `frames` frames of silence: zeros, or 0xFF in mu-law. */
export function silence(bytes: number, mulaw: boolean): Bytes {
  const frames = new Uint8Array(bytes);
  return mulaw ? frames.fill(0xff) : frames;
}
