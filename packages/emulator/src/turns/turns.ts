import type { EngineWord, Hypothesis } from "../engines/engine.ts";
import { modelFamily } from "../session/models.ts";
import type { Parameters } from "../session/parameters.ts";
import type { ServerMessage, SpeakerRevisionMessage, TurnMessage, WireWord } from "../session/wire.ts";
import type { EdgeTimes } from "./edge-times.ts";
import { masked } from "./masking.ts";
import { endOfTurnConfidence, speechSpan } from "./turn-detector.ts";
import { joined, plainWord, sentence } from "./turn-text.ts";

/** The two forms in which US answers `format_turns` (protocol.md section 4). */
export type FormattedFinals = "one-turn" | "two-turns";

/** Puts an engine's words into the messages of one session: partials, finals and what belongs to them. */
export class Turns {
  readonly #finals: FormattedFinals;
  readonly #edges: EdgeTimes;
  readonly #revised: SpeakerRevisionMessage["revisions"] = [];
  #order = 0;
  #started = false;
  #shown = "";
  /** Words that began before this are lost. */
  #from = 0;

  /** @param edges the times of U3's turns */
  constructor(finals: FormattedFinals, edges: EdgeTimes) {
    this.#finals = finals;
    this.#edges = edges;
  }

  /** Messages for a reading that does not end the turn: none where it shows nothing new. */
  partial(hypothesis: Hypothesis, paused: boolean, parameters: Parameters): ServerMessage[] {
    const span = speechSpan(hypothesis);
    const heard = this.#notLost(hypothesis.words);
    if (span === undefined || heard.length === 0) return [];
    const us = modelFamily(parameters.speech_model) === "US";
    const shownWords = us ? upToFirstOpen(heard) : this.#edges.open(heard);
    const messages: ServerMessage[] = us ? [] : this.#speechStarted(span.start);
    const first = messages.length > 0;
    const wanted = us || parameters.continuous_partials !== false || first || paused;
    const shown = us ? settledState(shownWords) : joined(shownWords);
    const allowed = parameters.include_partial_turns && !parameters.redact_pii;
    if (!allowed || !wanted || shown === this.#shown) return messages;
    this.#shown = shown;
    const words = us ? shownWords.map(plainWord) : shownWords;
    const confidence = us ? endOfTurnConfidence(words, hypothesis.heardMs - span.end) : 0;
    const wire = masked(words, false, parameters).map((word) => wireWord(word, us && word.final));
    const settled = us ? wire.filter((word) => word.word_is_final) : wire;
    return [...messages, this.#turn(wire, joined(settled), { confidence, formatted: !us, end: false }, parameters)];
  }

  /** Messages that end the turn; none if nothing was said, and nothing had been announced. */
  final(said: readonly EngineWord[], { silenceMs, cutMs, lossy }: TurnEnd, parameters: Parameters): ServerMessage[] {
    const us = modelFamily(parameters.speech_model) === "US";
    const kept = this.#notLost(said).filter(({ end }) => !lossy || end <= cutMs);
    if (lossy) this.#from = cutMs;
    // What was cut through is lost: the turn continues if that was all of it.
    if (kept.length === 0 && (lossy || this.#shown === "")) return [];
    const words = us ? kept : this.#edges.close(kept, cutMs, lossy);
    const confidence = us ? endOfTurnConfidence(words, silenceMs) : 1;
    const messages: ServerMessage[] = us ? [] : this.#speechStarted(words[0]?.start ?? 0);
    const add = (form: readonly EngineWord[], formatted: boolean) => {
      const wire = masked(form, true, parameters).map((word) => wireWord(word, true, parameters.speaker_labels));
      messages.push(this.#turn(wire, joined(wire), { confidence, formatted, end: true }, parameters));
    };
    const plain = words.map(plainWord);
    if (!us) add(sentence(words, !lossy), true);
    else if (!parameters.format_turns) add(plain, false);
    else {
      if (this.#finals === "two-turns") add(plain, false);
      add(sentence(words), true);
    }
    const last = messages.at(-1);
    if (parameters.speaker_labels) this.#noteRevision(last, words);
    if (parameters.llm_gateway !== undefined && last?.type === "Turn") messages.push(gatewayResponse(last));
    this.#order++;
    this.#started = false;
    this.#shown = "";
    return messages;
  }

  /** The empty final with which the multilingual model ends a session. */
  empty(parameters: Parameters): ServerMessage {
    const turn = this.#turn([], "", { confidence: 0, formatted: parameters.format_turns, end: true }, parameters);
    this.#order++;
    return turn;
  }

  /** What later diarisation changed since this was last asked. */
  speakerRevision(): SpeakerRevisionMessage | undefined {
    const revisions = this.#revised.splice(0);
    return revisions.length === 0 ? undefined : { type: "SpeakerRevision", revisions };
  }

  #notLost(words: readonly EngineWord[]): readonly EngineWord[] {
    return this.#from === 0 ? words : words.filter(({ start }) => start >= this.#from);
  }

  #speechStarted(start: number): ServerMessage[] {
    if (this.#started) return [];
    this.#started = true;
    return [{ type: "SpeechStarted", timestamp: Math.round(start), confidence: 0.987654 }];
  }

  #turn(words: WireWord[], transcript: string, state: TurnForm, parameters: Parameters): TurnMessage {
    const speaker = parameters.speaker_labels && state.end ? mainSpeaker(words) : undefined;
    return {
      turn_order: this.#order,
      turn_is_formatted: state.formatted,
      end_of_turn: state.end,
      transcript,
      end_of_turn_confidence: state.confidence,
      words,
      utterance: state.end ? transcript : "",
      ...(parameters.language_detection &&
        state.end && { language_code: language(parameters), language_confidence: 0.99 }),
      ...(speaker !== undefined && { speaker_label: speaker, speaker_confidence: 0.9 }),
      type: "Turn",
    };
  }

  #noteRevision(turn: ServerMessage | undefined, words: readonly EngineWord[]): void {
    if (turn?.type !== "Turn" || !words.some((word) => (word.revisedSpeaker ?? word.speaker) !== word.speaker)) return;
    const revised = turn.words.map((word, index) => ({
      ...word,
      speaker: words[index]?.revisedSpeaker ?? word.speaker ?? unknownSpeaker,
    }));
    this.#revised.push({ turn_order: turn.turn_order, speaker_label: mainSpeaker(revised), words: revised });
  }
}

/** Where a turn ended. */
export interface TurnEnd {
  /** Silence before the cut. */
  readonly silenceMs: number;
  readonly cutMs: number;
  /** Whether a word that the cut goes through is lost. */
  readonly lossy: boolean;
}

interface TurnForm {
  readonly confidence: number;
  readonly formatted: boolean;
  readonly end: boolean;
}

const unknownSpeaker = "A";

/** US shows what is final and one word that may still grow. */
function upToFirstOpen(words: readonly EngineWord[]): readonly EngineWord[] {
  const open = words.findIndex((word) => !word.final);
  return open === -1 ? words : words.slice(0, open + 1);
}

/** What a US partial shows, given its last word: those before it are final and never change. */
function settledState(words: readonly EngineWord[]): string {
  const last = words.at(-1);
  return `${words.length} ${last?.final} ${last?.text}`;
}

function wireWord(word: EngineWord, final: boolean, labelled = false): WireWord {
  return {
    start: Math.round(word.start),
    end: Math.round(word.end),
    text: word.text,
    confidence: word.confidence,
    word_is_final: final,
    ...(labelled && { speaker: word.speaker ?? unknownSpeaker, speaker_confidence: 0.9 }),
  };
}

/** Replaces the model that a real gateway would ask: it answers with what was said. */
function gatewayResponse({ turn_order, transcript }: TurnMessage): ServerMessage {
  const message = { role: "assistant", content: transcript };
  const data = { request_id: `emulated-${turn_order}`, choices: [{ index: 0, message }], usage: { total_tokens: 0 } };
  return { type: "LLMGatewayResponse", turn_order, transcript, data };
}

function mainSpeaker(words: readonly WireWord[]): string {
  const spoken = new Map<string, number>();
  for (const { speaker = unknownSpeaker, start, end } of words)
    spoken.set(speaker, (spoken.get(speaker) ?? 0) + end - start);
  return [...spoken].sort(([, a], [, b]) => b - a)[0]?.[0] ?? unknownSpeaker;
}

function language({ language_codes: codes }: Parameters): string {
  return codes?.[0] ?? "en";
}
