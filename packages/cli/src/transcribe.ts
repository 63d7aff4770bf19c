import { connect, type StreamingEvent, type StreamingSession } from "voxpipe";
import type { CommandIo } from "./command/command-io.ts";
import { type Connection, connectOptions } from "./command/connect-options.ts";
import { findCredentials } from "./command/credentials.ts";
import { onFirstInterrupt } from "./command/interrupt.ts";
import { startLocalServer } from "./command/local-server.ts";
import { proxyFromEnvironment } from "./command/proxy-from-environment.ts";
import type { TranscribeOptions } from "./command/transcribe-options.ts";
import { openChannelAudio } from "./input/channel-audio.ts";
import { openSessionAudio, type SessionAudio } from "./input/session-audio.ts";
import { chooseRenderer } from "./output/choose-renderer.ts";
import { outputFile } from "./output/output-file.ts";
import type { Renderer } from "./output/renderer.ts";
import { isBrokenPipe, textOutput } from "./output/text-output.ts";
import { eventNotice } from "./terminal/event-notice.ts";
import { type Progress, progressInterval } from "./terminal/progress-line.ts";
import { transcribeChannels } from "./transcribe-channels.ts";

/** Called with every event as it arrives. */
export type Observer = (event: StreamingEvent, session: StreamingSession) => void;

/** The local server accepts any key. This one resembles no other word, because keys are removed from messages. */
const localCredentials = { apiKey: "voxpipe-local-session" };

/**
 * `voxpipe transcribe`: sends one input through one session to the output. Resolves when the transcript is complete, also
 * after a first Ctrl-C, or when the output's reader has gone. An output file gets what there is, also after a failure.
 *
 * @throws UsageError before a session exists; StreamingError if it failed; the output's own error.
 */
export async function transcribe(options: TranscribeOptions, io: CommandIo, observe?: Observer): Promise<void> {
  const ended = new AbortController();
  // Before anything is opened: it may refuse the environment's value.
  const agent = options.local ? undefined : await proxyFromEnvironment(options.host, ended.signal);
  const credentials = options.local ? localCredentials : findCredentials(options.token, io.env);
  const audio =
    options.channels.length === 0
      ? await openSessionAudio(options.source, io.stdin, options)
      : await openChannelAudio(options.source, io.stdin, options, options.channels);
  const file = options.output === undefined ? undefined : await outputFile(options.output, options.source);
  const output = textOutput(io.stdout);
  const failed = file ? AbortSignal.any([output.failed, file.failed]) : output.failed;
  const renderer = chooseRenderer(options, io, output, textOutput(io.stderr), file);
  const server = options.local ? await startLocalServer() : undefined;
  try {
    const connection: Connection = {
      ...credentials,
      apiHost: server?.url ?? options.host,
      signal: failed,
      agent,
      onWarning: (message) => renderer.notice(`warning: ${message}`),
    };
    if ("channels" in audio) await transcribeChannels(audio, options, connection, renderer, io);
    else await carry(audio, connect({ ...connectOptions(options, audio), ...connection }), renderer, io, observe);
  } catch (error) {
    if (!failed.aborted) throw error;
    if (!isBrokenPipe(failed.reason)) throw failed.reason;
  } finally {
    try {
      await renderer.end();
      await file?.close();
    } finally {
      await server?.close();
      // Otherwise a proxy that does not answer would keep the process alive.
      ended.abort();
    }
  }
}

/** Pipes the input into the session and its events into the renderer, until both have ended. */
async function carry(
  audio: SessionAudio,
  session: StreamingSession,
  renderer: Renderer,
  { signals }: Pick<CommandIo, "signals">,
  observe: Observer | undefined,
): Promise<void> {
  const counter = byteCounter();
  // If this pipe fails, the session ends and reports the error.
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

/** Audio time is best; if the duration of compressed audio is unknown, the file's bytes. */
function progressOf(session: StreamingSession, { encoding, length }: SessionAudio, bytes: number): Progress {
  const { state } = session;
  if (encoding !== "pcm_s16le" && encoding !== "pcm_mulaw") return { state, unit: "bytes", position: bytes, length };
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
