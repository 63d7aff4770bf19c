import { stt } from "@livekit/agents";
import type { StreamingEvent, TurnEvent } from "voxpipe";
import { speechData } from "./speech-data.ts";
import type { STTOptions } from "./stt.ts";

const { START_OF_SPEECH, INTERIM_TRANSCRIPT, FINAL_TRANSCRIPT, END_OF_SPEECH } = stt.SpeechEventType;

/** Makes the framework's events of a session's: start of speech, interims, one final a turn, end of speech. */
export class TurnEvents {
  readonly #options: STTOptions;
  readonly #startTimeOffset: () => number;
  #requestId = "";
  #speaking = false;
  /** A final turn whose formatted form may follow as a second message. */
  #unformatted: TurnEvent | undefined;

  constructor(options: STTOptions, startTimeOffset: () => number) {
    this.#options = options;
    this.#startTimeOffset = startTimeOffset;
  }

  get requestId(): string {
    return this.#requestId;
  }

  push(event: StreamingEvent): stt.SpeechEvent[] {
    switch (event.type) {
      case "Begin":
        this.#requestId = event.id;
        return [];
      case "Reconnected":
        this.#requestId = event.begin.id;
        return [];
      case "SpeechStarted":
        return this.#start();
      case "Turn":
        return this.#turn(event);
      case "Termination":
        return this.end();
      default:
        return [];
    }
  }

  /** What is still owed when a stream ends. */
  end(): stt.SpeechEvent[] {
    const held = this.#unformatted;
    return held ? this.#final(held) : this.#stop();
  }

  #turn(turn: TurnEvent): stt.SpeechEvent[] {
    const held = this.#unformatted;
    const before = held && held.turn_order !== turn.turn_order ? this.#final(held) : [];
    if (turn.end_of_turn) {
      if (this.#options.formatTurns && !turn.turn_is_formatted && turn.transcript !== "") {
        this.#unformatted = turn;
        return before;
      }
      return [...before, ...this.#final(turn)];
    }
    if (turn.transcript === "" && turn.words.length === 0) return before;
    return [...before, ...this.#start(), this.#event(INTERIM_TRANSCRIPT, turn)];
  }

  #final(turn: TurnEvent): stt.SpeechEvent[] {
    this.#unformatted = undefined;
    // Some models end a session with a final turn that is empty.
    if (turn.transcript === "") return this.#stop();
    return [...this.#start(), this.#event(FINAL_TRANSCRIPT, turn), ...this.#stop()];
  }

  #start(): stt.SpeechEvent[] {
    if (this.#speaking) return [];
    this.#speaking = true;
    return [{ type: START_OF_SPEECH, requestId: this.#requestId }];
  }

  #stop(): stt.SpeechEvent[] {
    if (!this.#speaking) return [];
    this.#speaking = false;
    return [{ type: END_OF_SPEECH, requestId: this.#requestId }];
  }

  #event(type: stt.SpeechEventType, turn: TurnEvent): stt.SpeechEvent {
    return {
      type,
      requestId: this.#requestId,
      alternatives: [speechData(turn, this.#options, this.#startTimeOffset())],
    };
  }
}
