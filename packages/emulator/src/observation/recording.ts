import * as v from "valibot";
import { EmulatorError } from "../emulator-error.ts";
import type { ScriptedWord } from "../engines/scripted.ts";
import type { ObservedSession } from "./observed-session.ts";

/**
 * A session as JSON lines: first `{ kind: "session", … }`, then its messages in order, each with `at` in ms since the first. If
 * the emulator's history was full, the first line has the number of earlier messages, `forgotten`. Credentials and audio bytes
 * are left out; `recordedAudio` has the audio.
 *
 * @example await writeFile("session.jsonl", recordingOf(session));
 */
export function recordingOf({ handshake, id, parameters, messages, forgotten }: ObservedSession): string {
  const start = messages[0]?.at ?? 0;
  const query = Object.fromEntries([...handshake.query].filter(([name]) => !secrets.has(name)));
  const lost = forgotten > 0 ? { forgotten } : {};
  const lines: unknown[] = [{ kind: "session", id, query, parameters: withoutSecrets(parameters), ...lost }];
  for (const message of messages) {
    const shared = { kind: message.kind, direction: message.direction, at: message.at - start };
    if (message.kind === "audio") lines.push({ ...message, ...shared });
    else
      lines.push({ ...shared, ...(message.json === undefined ? { text: message.text } : { message: message.json }) });
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * The words of a recording, for `scripted`: those of its final turns, with their times, and the speakers after any
 * `SpeakerRevision`.
 *
 * @param lines the result of `recordingOf`
 * @throws EmulatorError `invalid-options` if a line is not JSON
 */
export function scriptFrom(lines: string): ScriptedWord[] {
  const turns = new Map<number, ScriptedWord[]>();
  for (const [index, line] of lines.split("\n").entries()) {
    if (line.trim() === "") continue;
    const entry = v.safeParse(recordedEntry, parse(line, index));
    if (!entry.success) continue;
    const { message } = entry.output;
    if (message.type === "Turn") turns.set(message.turn_order, message.words.map(scriptedWord));
    else for (const revision of message.revisions) revise(turns.get(revision.turn_order), revision.words);
  }
  return [...turns].sort(([a], [b]) => a - b).flatMap(([, words]) => words);
}

const secrets = new Set(["token", "webhook_auth_header_value"]);

const word = v.object({
  start: v.number(),
  end: v.number(),
  text: v.string(),
  confidence: v.number(),
  speaker: v.optional(v.string()),
});

/** The parts of a recording that make a script: final turns, and their speakers. */
const recordedEntry = v.object({
  kind: v.literal("text"),
  direction: v.literal("out"),
  message: v.variant("type", [
    v.object({
      type: v.literal("Turn"),
      end_of_turn: v.literal(true),
      turn_order: v.number(),
      words: v.array(word),
    }),
    v.object({
      type: v.literal("SpeakerRevision"),
      revisions: v.array(v.object({ turn_order: v.number(), words: v.array(word) })),
    }),
  ]),
});

function scriptedWord({ start, end, text, confidence, speaker }: v.InferOutput<typeof word>): ScriptedWord {
  return { start, end, text, confidence, ...(speaker !== undefined && { speaker }) };
}

function revise(words: ScriptedWord[] | undefined, revised: readonly v.InferOutput<typeof word>[]): void {
  words?.forEach((said, index) => {
    const speaker = revised[index]?.speaker;
    if (speaker !== undefined && speaker !== said.speaker) words[index] = { ...said, revisedSpeaker: speaker };
  });
}

function withoutSecrets(parameters: ObservedSession["parameters"]) {
  return parameters && Object.fromEntries(Object.entries(parameters).filter(([name]) => !secrets.has(name)));
}

function parse(line: string, index: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const message = `Line ${index + 1} of the recording is not JSON. Pass the text from \`recordingOf\` unchanged.`;
    throw new EmulatorError("invalid-options", message, { cause });
  }
}
