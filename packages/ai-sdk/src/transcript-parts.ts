import type {
  Experimental_TranscriptionModelV4StreamPart as StreamPart,
  TranscriptionModelV4Result,
} from "@ai-sdk/provider";
import type { StreamingEvent, TurnEvent } from "voxpipe";

type Segment = TranscriptionModelV4Result["segments"][number];

/** Makes the SDK's parts of a session's events, and the whole transcript of them. */
export class TranscriptParts {
  readonly words: Segment[] = [];
  readonly segments: Segment[] = [];
  language: string | undefined;
  durationInSeconds: number | undefined;
  readonly sessionIds: string[] = [];
  /** Finals come again in a formatted form, which some services send as a second message. */
  readonly #formatted: boolean;
  #unformatted: TurnEvent | undefined;

  constructor(formatted: boolean) {
    this.#formatted = formatted;
  }

  push(event: StreamingEvent): StreamPart[] {
    switch (event.type) {
      case "Begin":
        this.sessionIds.push(event.id);
        return [];
      case "Reconnected":
        this.sessionIds.push(event.begin.id);
        return [];
      case "Turn":
        return this.#turn(event);
      case "Termination":
        this.durationInSeconds = (this.durationInSeconds ?? 0) + (event.audio_duration_seconds ?? 0);
        return this.#flush();
      default:
        return [];
    }
  }

  get text(): string {
    return this.segments.map(({ text }) => text).join(" ");
  }

  #turn(event: TurnEvent): StreamPart[] {
    const held = this.#unformatted;
    if (held && held.turn_order === event.turn_order && event.end_of_turn) {
      this.#unformatted = undefined;
      return this.#final(event);
    }
    const before = held && held.turn_order !== event.turn_order ? this.#flush() : [];
    if (!event.end_of_turn) return [...before, ...partial(event)];
    if (!this.#formatted || event.turn_is_formatted) return [...before, ...this.#final(event)];
    this.#unformatted = event;
    return before;
  }

  #flush(): StreamPart[] {
    const held = this.#unformatted;
    this.#unformatted = undefined;
    return held ? this.#final(held) : [];
  }

  #final(event: TurnEvent): StreamPart[] {
    // Some models end a session with one that is empty.
    if (event.transcript === "") return [];
    const words = event.words.map(({ text, start, end }) => ({
      text,
      startSecond: (start ?? 0) / 1000,
      endSecond: (end ?? 0) / 1000,
    }));
    const startSecond = words[0]?.startSecond ?? this.segments.at(-1)?.endSecond ?? 0;
    const endSecond = words.at(-1)?.endSecond ?? startSecond;
    this.words.push(...words);
    this.segments.push({ text: event.transcript, startSecond, endSecond });
    if (typeof event.language_code === "string") this.language = event.language_code;
    const { turn_order, end_of_turn_confidence, speaker_label, language_code } = event;
    const metadata = JSON.parse(
      JSON.stringify({ turn_order, end_of_turn_confidence, speaker_label, language_code, words: event.words }),
    );
    return [
      {
        type: "transcript-final",
        id: `turn-${turn_order}`,
        text: event.transcript,
        startSecond,
        endSecond,
        providerMetadata: { voxpipe: metadata },
      },
    ];
  }
}

function partial({ turn_order, transcript, words }: TurnEvent): StreamPart[] {
  // Some models list words before any of them is final, and their transcript holds final words only.
  const text = transcript === "" ? words.map((word) => word.text).join(" ") : transcript;
  const [first, last] = [words[0], words.at(-1)];
  if (text === "") return [];
  return [
    {
      type: "transcript-partial",
      id: `turn-${turn_order}`,
      text,
      ...(first && last && span(first.start ?? 0, last.end ?? 0)),
    },
  ];
}

function span(startMs: number, endMs: number) {
  return { startSecond: startMs / 1000, durationInSeconds: Math.max(0, endMs - startMs) / 1000 };
}
