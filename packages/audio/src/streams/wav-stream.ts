import type { WavHeader } from "../wav/wav-header-parser.ts";
import type { WavReader, WavSummary } from "../wav/wav-reader.ts";
import { type AudioBytes, bytesOf } from "./audio-bytes.ts";
import { type Deferred, deferred } from "./deferred.ts";

/** A stream that takes WAV bytes and returns audio. */
export interface WavStream<Output extends Uint8Array> {
  readonly writable: WritableStream<AudioBytes>;
  readonly readable: ReadableStream<Output>;
  /**
   * Resolves with the file's header, even before anything is read from `readable`. Rejects with the error that ended the
   * stream before that. Its rejection is never unhandled.
   */
  readonly header: Promise<WavHeader>;
  /** Resolves at the end of the file, when all audio has been read: whether it was truncated, and what was not read. */
  readonly summary: Promise<WavSummary>;
}

/** Processes the audio, once its format is known. */
export interface AudioProcessor<Output extends Uint8Array> {
  push(audio: Uint8Array): Output;
  flush(): Output | undefined;
}

/** The stream around a `WavReader`; `process` is called once, with the header. */
export function wavStream<Output extends Uint8Array>(
  reader: WavReader,
  process: (header: WavHeader) => AudioProcessor<Output>,
): WavStream<Output> {
  const header = deferred<WavHeader>();
  const summary = deferred<WavSummary>();
  const transform = new TransformStream<AudioBytes, Output>(
    wavTransformer(reader, process, header, summary),
    undefined,
    // Room for one chunk, so that the header is known before anyone reads.
    { highWaterMark: 1 },
  );
  // Not every runtime informs a transformer of an abort or a cancel; a pipe in front of it is informed.
  const entry = new TransformStream<AudioBytes, AudioBytes>();
  entry.readable.pipeTo(transform.writable).catch((reason: unknown) => {
    header.reject(reason);
    summary.reject(reason);
  });
  return { writable: entry.writable, readable: transform.readable, header: header.promise, summary: summary.promise };
}

function wavTransformer<Output extends Uint8Array>(
  reader: WavReader,
  process: (header: WavHeader) => AudioProcessor<Output>,
  header: Deferred<WavHeader>,
  summary: Deferred<WavSummary>,
): Transformer<AudioBytes, Output> {
  let processor: AudioProcessor<Output> | undefined;
  return {
    transform(chunk, controller) {
      const audio = reader.push(bytesOf(chunk));
      if (reader.header === undefined) return;
      if (processor === undefined) {
        processor = process(reader.header);
        header.resolve(reader.header);
      }
      const output = processor.push(audio);
      if (output.length > 0) controller.enqueue(output);
    },
    flush(controller) {
      const held = reader.flush();
      const result = reader.finish();
      for (const output of [processor?.push(held), processor?.flush()]) {
        if (output !== undefined && output.length > 0) controller.enqueue(output);
      }
      summary.resolve(result);
    },
  };
}
