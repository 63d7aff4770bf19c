/** What users may write, compiled under every TypeScript and module resolution that is promised. None of it is ever run. */
export const programs = {
  /** With any library. */
  "consumer.ts": `
import { createTokenHandler } from "@voxpipe/token";
import {
  connect, type ConnectOptions, StreamingClient, StreamingError, type StreamingEvent, type TurnEvent, tokenFrom,
} from "voxpipe";

const options: ConnectOptions = { token: tokenFrom("/api/token"), sampleRate: 16_000, keytermsPrompt: ["Byrne"] };

export async function transcribe(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const session = connect(options);
  const writer = session.audio.getWriter();
  for await (const chunk of chunks) {
    await writer.ready;
    void writer.write(chunk);
  }
  await writer.close();
  const finals: string[] = [];
  const reader = session.events.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const event: StreamingEvent = next.value;
    if (event.type === "Turn" && event.end_of_turn) finals.push(event.transcript);
    else if (event.type === "Reconnected") console.log(event.lost_ms satisfies number);
  }
  const { reconnects } = await session.closed;
  await session.updateConfiguration({ minTurnSilence: 200 });
  await session[Symbol.asyncDispose]();
  // @ts-expect-error There is no such option.
  connect({ smapleRate: reconnects });
  return finals;
}

export async function withClient(audio: Uint8Array): Promise<void> {
  const client = new StreamingClient({ token: ({ attempt, signal }) => String(attempt + Number(signal.aborted)) });
  client.on("Turn", (self, turn: TurnEvent) => self.keepAlive().then(() => turn.words[0]?.start));
  client.on("Error", (_, error) => {
    if (error instanceof StreamingError && error.code === "unauthorized") console.log(error.retryable);
  });
  const begin = await client.connect({ sampleRate: 16_000 });
  console.log(begin.id.length);
  await client.stream([audio]);
  await client.disconnect({ terminate: true });
}

export const POST: (request: Request) => Promise<Response> = createTokenHandler({
  apiKey: "a-key",
  authorize: (request) => request.headers.get("cookie") ?? false,
});
`,

  /** The same, with streams of its own where the platform has none; and audio, which needs no platform. */
  "everywhere.ts": `
import { AudioError, decodeMono, encodePcm16, type Level, meterLevel, resample, wavToPcm16 } from "@voxpipe/audio";
import { createTranscript, toWebVtt } from "@voxpipe/transcript";
import { connect, StreamingError } from "voxpipe/ponyfill";

export function subtitles(): string {
  const transcript = createTranscript();
  transcript.push({ type: "Turn", turn_order: 0, end_of_turn: true, transcript: "Hello" });
  return toWebVtt(transcript.snapshot);
}

export async function transcribe(recording: ReadableStream<Uint8Array>, token: string): Promise<number> {
  const session = connect({ token, sampleRate: 16_000 });
  const levels: Level[] = [];
  const { readable, writable } = wavToPcm16({ sampleRate: 16_000 });
  void recording.pipeTo(writable);
  await readable
    .pipeThrough(meterLevel({ sampleRate: 16_000, onLevel: (level) => levels.push(level) }))
    .pipeThrough(resample({ from: 16_000, to: 16_000 }))
    .pipeTo(session.audio)
    .catch((error: unknown) => {
      if (error instanceof AudioError || error instanceof StreamingError) console.log(error.code);
    });
  // @ts-expect-error There is no such encoding.
  decodeMono(new Uint8Array(2), "s17le");
  const bytes: Uint8Array = encodePcm16(decodeMono(new Uint8Array(2), "s16le"));
  return bytes.byteLength + levels.length;
}
`,

  /** With the DOM library. */
  "page.ts": `
import "@voxpipe/microphone/worklet.js";
import { listMicrophones, type Microphone, MicrophoneError, openMicrophone } from "@voxpipe/microphone";
import { connectChannels } from "@voxpipe/channels";
import { openAudioFile } from "@voxpipe/files";
import { createTranscriber, type TranscriberSnapshot } from "@voxpipe/transcriber";
import { connect, tokenFrom, transcribe } from "voxpipe";

export async function caption(show: (snapshot: TranscriberSnapshot) => void): Promise<void> {
  const transcriber = createTranscriber({ token: tokenFrom("/api/token"), formatTurns: true });
  transcriber.subscribe(() => show(transcriber.snapshot));
  await transcriber.start();
  await transcriber.stop();
}

export async function read(file: Blob): Promise<void> {
  for await (const event of transcribe(openAudioFile(file), { token: tokenFrom("/api/token") })) console.log(event.type);
}

export async function meet(mine: ReadableStream<Uint8Array>, theirs: ReadableStream<Uint8Array>): Promise<void> {
  const call = connectChannels({ channels: ["me", "them"], token: tokenFrom("/api/token"), sampleRate: 16_000 });
  void mine.pipeTo(call.audio.me);
  void theirs.pipeTo(call.audio.them);
  for await (const event of call.events) console.log(event.type);
  // @ts-expect-error There is no such channel.
  console.log(call.audio.nobody.locked);
}

export async function listen(): Promise<void> {
  const microphone: Microphone = await openMicrophone({ sampleRate: 16_000 }).catch((error: unknown) => {
    if (error instanceof MicrophoneError && error.code === "permission-denied") alert(error.message);
    throw error;
  });
  const session = connect({ token: tokenFrom("/api/token"), sampleRate: microphone.sampleRate });
  void microphone.readable.pipeTo(session.audio);
  microphone.addEventListener("dropped", ({ droppedMs }) => console.log(droppedMs satisfies number));
  for (const { deviceId } of await listMicrophones()) await microphone.setDevice(deviceId);
  console.log(microphone.level.rms, microphone.state);
  // @ts-expect-error There is no such option.
  await openMicrophone({ smapleRate: 16_000 });
  await microphone[Symbol.asyncDispose]();
}
`,

  /** With Node's types. */
  "server.ts": `
import { type Emulator, EmulatorError, scripted, startEmulator } from "@voxpipe/emulator";
import { recognizer, RecognizerError } from "@voxpipe/recognizer";
import { createRelay } from "@voxpipe/relay";
import { mediaStream, type SocketLike } from "@voxpipe/telephony";

export async function serve(heard: string): Promise<string> {
  const emulator: Emulator = await startEmulator({
    engine: heard === "" ? recognizer({ threads: 2 }) : scripted([{ text: heard, start: 0, end: 500 }]),
    faults: [{ when: { audioMs: 1_200 }, do: "drop", times: 1 }],
  }).catch((error: unknown) => {
    if (error instanceof EmulatorError || error instanceof RecognizerError) console.log(error.code);
    throw error;
  });
  const [session] = emulator.sessions;
  console.log(session?.handshake.headers.authorization, session?.audio.bytes);
  // @ts-expect-error There is no such fault.
  emulator.addFaults([{ when: "connect", do: "explode" }]);
  await emulator[Symbol.asyncDispose]();
  return emulator.url;
}

const relay = createRelay();
export const GET: (request: Request) => Promise<Response> = relay.handler({ authorize: () => "somebody" });

export async function answer(socket: SocketLike): Promise<string> {
  const call = mediaStream(socket, "twilio");
  console.log((await call.started).format.sampleRate);
  return JSON.stringify(await call.closed);
}
`,
} as const;
