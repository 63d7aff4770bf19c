import { connect, type StreamingEvent, type StreamingSession } from "voxpipe";
import { chooseRenderer } from "./choose-renderer.ts";
import type { CommandIo } from "./command-io.ts";
import { connectOptions } from "./connect-options.ts";
import { findCredentials } from "./credentials.ts";
import { eventNotice } from "./event-notice.ts";
import { onFirstInterrupt } from "./interrupt.ts";
import { startLocalServer } from "./local-server.ts";
import { outputFile } from "./output-file.ts";
import type { Progress } from "./progress-line.ts";
import type { Renderer } from "./renderer.ts";
import { openSessionAudio, type SessionAudio } from "./session-audio.ts";
import { isBrokenPipe, textOutput } from "./text-output.ts";
import type { TranscribeOptions } from "./transcribe-options.ts";

/** Called with every event as it comes. */
export type Observer = (event: StreamingEvent, session: StreamingSession) => void;

/** In ms. */
const progressInterval = 100;
/** The local server takes any key. This one is unlike any other word, since keys are blotted out of messages. */
const localCredentials = { apiKey: "voxpipe-local-session" };

/**
 * `voxpipe transcribe`: one input through one session onto the output. Resolves when the transcript is complete, also
 * after a first Ctrl-C, or when the output's reader has gone.
 * With a file, it is there as far as it came.
 * @throws UsageError before a session exists; StreamingError when it failed; the output's own error.
 */
export async function transcribe(options: TranscribeOptions, io: CommandIo, observe?: Observer): Promise<void> {
  const credentials = options.local ? localCredentials : findCredentials(options.token, io.env);
  const audio = await openSessionAudio(options.source, io.stdin, options);
  const file = options.output === undefined ? undefined : await outputFile(options.output, options.source);
  const output = textOutput(io.stdout);
  const failed = file ? AbortSignal.any([output.failed, file.failed]) : output.failed;
  const renderer = chooseRenderer(options, io, output, textOutput(io.stderr), file);
  const server = options.local ? await startLocalServer() : undefined;
  try {
    const session = connect({
      ...connectOptions(options, audio),
      ...credentials,
      apiHost: server?.url ?? options.host,
      signal: failed,
      onWarning: (message) => renderer.notice(`warning: ${message}`),
    });
    await carry(audio, session, renderer, io, observe);
  } catch (error) {
    if (!failed.aborted) throw error;
    if (!isBrokenPipe(failed.reason)) throw failed.reason;
  } finally {
    try {
      await renderer.end();
      await file?.close();
    } finally {
      await server?.close();
    }
  }
}

/** The input into the session and its events into the renderer, until both have ended. */
async function carry(
  audio: SessionAudio,
  session: StreamingSession,
  renderer: Renderer,
  { signals }: Pick<CommandIo, "signals">,
  observe: Observer | undefined,
): Promise<void> {
  const counter = byteCounter();
  // Whatever stops this pipe, the session ends by it and tells of it.
  const sending = audio.bytes
    .pipeThrough(counter.stream)
    .pipeTo(session.audio)
    .catch(() => {});
  const forgetInterrupts = onFirstInterrupt(signals, () => void session.close().catch(() => {}));
  const ticking = setInterval(() => renderer.progress(progressOf(session, audio, counter.bytes())), progressInterval);
  try {
    for await (const event of session.events) {
      observe?.(event, session);
      const notice = eventNotice(event);
      if (notice !== undefined) renderer.notice(notice);
      await renderer.event(event);
    }
    await session.closed;
  } finally {
    clearInterval(ticking);
    forgetInterrupts();
    await sending;
  }
  const warning = await audio.warning();
  if (warning !== undefined) renderer.notice(`warning: ${warning}`);
}

/** Audio time says most; where the duration of compressed audio is unknown, the file's bytes have to do. */
function progressOf(session: StreamingSession, { encoding, length }: SessionAudio, bytes: number): Progress {
  const { state } = session;
  if (encoding === "ogg_opus" || encoding === "aac") return { state, unit: "bytes", position: bytes, length };
  return { state, unit: "ms", position: session.stats().audioSentMs, length };
}

function byteCounter() {
  let bytes = 0;
  const stream = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  return { stream, bytes: () => bytes };
}
