/**
 * Measures how well and how fast speech is recognised, as a whole and streamed in real time: `node scripts/measure.mjs`,
 * after a build. The default is the sample; `node scripts/measure.mjs speech.wav "what is said in it"` measures a file (16 kHz
 * mono s16le). Turns end after 400 ms of silence, as on the server.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { recognizer } from "../dist/index.js";
import { loadModels } from "../dist/models.js";

const endOfTurnMs = 400;
const chunk = 800;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [file = here("../sample/sample.wav"), said = readFileSync(here("../sample/reference.txt"), "utf8")] =
  process.argv.slice(2);
const timesFile = file.replace(/[^/]*$/, "words.json");
const known = existsSync(timesFile) ? JSON.parse(readFileSync(timesFile, "utf8")) : undefined;

const wav = readFileSync(file);
const data = wav.subarray(wav.indexOf("data") + 8);
const samples = Float32Array.from({ length: data.length >> 1 }, (_, i) => data.readInt16LE(2 * i) / 32_768);
const seconds = samples.length / 16_000;

const model = (name) => here(`../models/${name}`);
const { decode } = loadModels({
  encoder: model("moonshine-tiny-encoder.onnx"),
  decoder: model("moonshine-tiny-decoder.onnx"),
  tokens: model("moonshine-tiny-tokens.txt"),
  voice: model("silero-vad.onnx"),
});
const wholeStarted = performance.now();
const whole = decode(samples);
const wholeMs = performance.now() - wholeStarted;

const streamed = await stream();
console.log(
  JSON.stringify(
    {
      seconds: round(seconds),
      wholeClip: { wordErrors: errors(whole), realTimeFactor: round(wholeMs / 1_000 / seconds), text: whole },
      streamed: {
        wordErrors: errors(streamed.words.map(({ text }) => text).join(" ")),
        firstPartialMs: quantiles(streamed.partials),
        finalAfterVoiceMs: quantiles(streamed.finals),
        processorShare: round(streamed.processor),
        residentMb: Math.round(process.memoryUsage().rss / 1_048_576),
      },
      ...(known?.length === streamed.words.length && { wordTimesErrorMs: quantiles(timeErrors()) }),
      words: words(said).length,
    },
    null,
    2,
  ),
);

async function stream() {
  const engine = recognizer();
  const result = { words: [], partials: [], finals: [], processor: 0 };
  let latest;
  const { promise: failed, reject } = deferred();
  const session = await engine.open({ heard: (hypothesis) => read(hypothesis), failed: reject });
  const before = process.cpuUsage();
  const start = performance.now();
  const since = (ms) => performance.now() - start - ms;
  let open = true;
  let turnsEnding = 0;
  function read(hypothesis) {
    if (hypothesis.words.length > 0 && open) {
      open = false;
      result.partials.push(since(hypothesis.voice.startMs));
    }
    latest = turnsEnding === 0 ? hypothesis : undefined;
  }
  async function endTurn(voiceEndMs) {
    latest = undefined;
    turnsEnding++;
    result.words.push(...(await session.endpoint()));
    turnsEnding--;
    // Until then, hypotheses may still be about the turn that ended.
    open = true;
    if (voiceEndMs !== undefined) result.finals.push(since(voiceEndMs));
  }
  const turns = [];
  for (let at = 0; at < samples.length; at += chunk) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, (at + chunk) / 16 + start - performance.now())));
    session.write(samples.subarray(at, at + chunk));
    const voice = latest?.voice;
    if (latest?.words.length > 0 && voice && latest.heardMs - voice.endMs >= endOfTurnMs)
      turns.push(endTurn(voice.endMs));
  }
  const lastVoice = latest?.voice?.endMs;
  await Promise.race([Promise.all([...turns, endTurn(lastVoice)]), failed]);
  const used = process.cpuUsage(before);
  result.processor = (used.user + used.system) / 1e6 / seconds;
  session.close();
  await engine.close();
  return result;
}

function deferred() {
  let reject;
  const promise = new Promise((_, no) => {
    reject = no;
  });
  return { promise, reject };
}

function timeErrors() {
  return streamed.words.flatMap(({ start, end }, i) => [
    Math.abs(start - known[i].start),
    Math.abs(end - known[i].end),
  ]);
}

function words(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu) ?? [];
}

/** Substituted, missing and added words. */
function errors(text) {
  const [wanted, heard] = [words(said), words(text)];
  let row = Array.from({ length: heard.length + 1 }, (_, j) => j);
  for (const [i, word] of wanted.entries()) {
    const next = [i + 1];
    for (const [j, other] of heard.entries())
      next.push(Math.min(row[j] + (word === other ? 0 : 1), row[j + 1] + 1, next[j] + 1));
    row = next;
  }
  return row.at(-1);
}

function quantiles(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), max: at(1) };
}

function round(value) {
  return Math.round(value * 1_000) / 1_000;
}
