import type { WritableStream as NodeWritable } from "node:stream/web";
import { describe, expectTypeOf, test } from "vitest";
import type {
  AudioChunk,
  BeginEvent,
  ConnectOptions,
  SessionSummary,
  StreamingEvent,
  StreamingSession,
  TurnEvent,
  Word,
} from "./index.ts";
import { StreamingError, type StreamingErrorCode } from "./index.ts";

declare const session: StreamingSession;
declare const event: StreamingEvent;

describe("events", () => {
  test("are distinguished by type", () => {
    if (event.type === "Turn") {
      expectTypeOf(event).toEqualTypeOf<TurnEvent>();
      expectTypeOf(event.words).toEqualTypeOf<Word[]>();
      expectTypeOf(event.end_of_turn).toEqualTypeOf<boolean>();
    }
    if (event.type === "Unrecognized") expectTypeOf(event.raw).toEqualTypeOf<string>();
    if (event.type === "Reconnected") expectTypeOf(event.begin).toEqualTypeOf<BeginEvent>();
    // @ts-expect-error A field of one type is no field of all.
    event.transcript;
    // @ts-expect-error The service sends no such type.
    event.type === "Sonnet";
  });

  test("are all there", () => {
    expectTypeOf<StreamingEvent["type"]>().toEqualTypeOf<
      | "Begin"
      | "Turn"
      | "SpeechStarted"
      | "Heartbeat"
      | "Silence"
      | "SpeakerRevision"
      | "LLMGatewayResponse"
      | "Warning"
      | "Termination"
      | "Reconnecting"
      | "Reconnected"
      | "Unrecognized"
    >();
  });

  test("promise the fields without which they are not used", () => {
    expectTypeOf<Pick<TurnEvent, "turn_order" | "end_of_turn" | "transcript">>().toEqualTypeOf<{
      turn_order: number;
      end_of_turn: boolean;
      transcript: string;
    }>();
    expectTypeOf<Word["text"]>().toEqualTypeOf<string>();
    expectTypeOf<BeginEvent["id"]>().toEqualTypeOf<string>();
  });

  test("have optional fields that may also be null", () => {
    expectTypeOf<TurnEvent["utterance"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<TurnEvent["end_of_turn_confidence"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<Word["start"]>().toEqualTypeOf<number | null | undefined>();
    expectTypeOf<BeginEvent["expires_at"]>().toEqualTypeOf<number | null | undefined>();
  });

  test("are read by for await", () => {
    expectTypeOf(session.events[Symbol.asyncIterator]()).toExtend<AsyncIterator<StreamingEvent>>();
  });
});

describe("options", () => {
  test("may be undefined, each", () => {
    expectTypeOf<{ [Name in keyof Required<ConnectOptions>]: undefined }>().toExtend<ConnectOptions>();
  });

  test("have open and closed sets of values", () => {
    expectTypeOf<{ speechModel: "next-year" }>().toExtend<ConnectOptions>();
    expectTypeOf<{ encoding: "flac" }>().not.toExtend<ConnectOptions>();
    expectTypeOf<{ sampleRate: "16000" }>().not.toExtend<ConnectOptions>();
  });

  test("are none that are not known", () => {
    // @ts-expect-error A slip of the pen.
    const options: ConnectOptions = { sampelRate: 16_000 };
    expectTypeOf(options).toExtend<object>();
  });

  test("take a token as text, as a function, and as one that waits", () => {
    expectTypeOf<string>().toExtend<ConnectOptions["token"]>();
    expectTypeOf<() => Promise<string>>().toExtend<ConnectOptions["token"]>();
    expectTypeOf<(request: { attempt: number; signal: AbortSignal }) => string>().toExtend<ConnectOptions["token"]>();
    expectTypeOf<() => Promise<number>>().not.toExtend<ConnectOptions["token"]>();
  });

  test("of a running session are those that can change", () => {
    expectTypeOf<{ minTurnSilence: number; keyterms: string[] }>().toExtend<
      Parameters<StreamingSession["updateConfiguration"]>[0]
    >();
    // @ts-expect-error The rate of a running session stays.
    session.updateConfiguration({ sampleRate: 8000 });
  });
});

describe("streams", () => {
  test("are the DOM's", () => {
    expectTypeOf(session.events).toExtend<ReadableStream<StreamingEvent>>();
    expectTypeOf(session.audio).toExtend<WritableStream<Uint8Array>>();
    expectTypeOf(session.audio).toExtend<WritableStream<BufferSource>>();
    expectTypeOf(session).toExtend<ReadableWritablePair<StreamingEvent, Uint8Array>>();
    expectTypeOf(new ReadableStream<BufferSource>().pipeTo(session.audio)).toEqualTypeOf<Promise<void>>();
  });

  test("are Node's, as far as its types take a DOM stream: the writable end, and what is iterated", () => {
    expectTypeOf(session.events).toExtend<AsyncIterable<StreamingEvent>>();
    expectTypeOf(session.audio).toExtend<NodeWritable<AudioChunk>>();
  });

  test("can be the end of a pipe", () => {
    const bytes = new ReadableStream<Uint8Array>();
    expectTypeOf(bytes.pipeThrough(session)).toEqualTypeOf<ReadableStream<StreamingEvent>>();
    expectTypeOf(bytes.pipeTo(session.audio)).toEqualTypeOf<Promise<void>>();
    // @ts-expect-error Text is no audio.
    new ReadableStream<string>().pipeThrough(session);
    // @ts-expect-error Nor are floating-point samples.
    new ReadableStream<Float32Array>().pipeTo(session.audio);
    // @ts-expect-error
    new ReadableStream<Float64Array>().pipeThrough(session);
  });

  test("take bytes and 16-bit samples, and no other typed array", () => {
    const writer = session.audio.getWriter();
    for (const chunk of [new Uint8Array(1), new Int16Array(1), new DataView(new ArrayBuffer(1)), new ArrayBuffer(1)])
      expectTypeOf(writer.write(chunk)).toEqualTypeOf<Promise<void>>();
    // @ts-expect-error
    writer.write(new Float32Array(1));
    // @ts-expect-error
    writer.write(new Float64Array(1));
    // @ts-expect-error
    writer.write(new Int32Array(1));
    // @ts-expect-error
    writer.write([1, 2]);
  });
});

describe("a session", () => {
  test("settles with what it says", () => {
    expectTypeOf(session.opened).toEqualTypeOf<Promise<BeginEvent>>();
    expectTypeOf(session.closed).toEqualTypeOf<Promise<SessionSummary>>();
    expectTypeOf(session.close()).toEqualTypeOf<Promise<SessionSummary>>();
    expectTypeOf(session).toExtend<AsyncDisposable>();
    expectTypeOf(session.state).toEqualTypeOf<"connecting" | "open" | "reconnecting" | "closing" | "closed">();
  });

  test("fails with an error whose code is one of a few", () => {
    const error = new StreamingError("aborted", "");
    expectTypeOf(error.code).toEqualTypeOf<StreamingErrorCode>();
    expectTypeOf<StreamingErrorCode>().not.toEqualTypeOf<string>();
    expectTypeOf(error).toExtend<Error>();
  });
});
