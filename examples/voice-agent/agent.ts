import { createReadStream } from "node:fs";
import { transcribe } from "voxpipe";
import { answer, type Message } from "./answer.ts";
import { speak } from "./speak.ts";

const { ASSEMBLYAI_API_KEY: apiKey, ASSEMBLYAI_HOST: apiHost } = process.env;
if (!apiKey) throw new Error("Set ASSEMBLYAI_API_KEY.");

/** WAV, from a recorder in a pipe or from a file. */
const [file] = process.argv.slice(2);
const microphone = file === undefined ? process.stdin : createReadStream(file);

const conversation: Message[] = [
  { role: "system", content: "You are on the phone. Answer in one or two short sentences." },
];
let speaking = new AbortController();
let reply = Promise.resolve();

const turns = transcribe(microphone, { apiKey, apiHost, speechModel: "universal-3-5-pro", mode: "min_latency" });

try {
  for await (const event of turns) {
    if (event.type !== "Turn" || event.transcript === "") continue;
    // The caller speaks: the agent stops in the middle of its sentence.
    speaking.abort();
    if (!event.end_of_turn) continue;
    console.log(`You: ${event.transcript}`);
    speaking = new AbortController();
    const { signal } = speaking;
    // Not awaited: the loop keeps listening, so that the caller can interrupt.
    reply = reply.then(() => respond(event.transcript, signal));
  }
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
}
await reply;

/** Runs after the answer before it has ended, so that the conversation stays in order. */
async function respond(question: string, signal: AbortSignal): Promise<void> {
  conversation.push({ role: "user", content: question });
  let said = "";
  try {
    for await (const sentence of answer(conversation, signal)) {
      console.log(`Agent: ${sentence}`);
      said += `${sentence} `;
      await speak(sentence, signal);
    }
  } catch (error) {
    if (!signal.aborted) console.error(String(error));
  }
  // What was not said before an interruption is not part of the conversation.
  if (said !== "") conversation.push({ role: "assistant", content: said.trim() });
}
