/** Speech with known words and times, by `flite -voice slt` (Debian: `apt-get install flite`). */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Speaks `text`: 16 kHz mono samples (s16) and its words with their times in ms. */
export function speak(text) {
  const folder = mkdtempSync(join(tmpdir(), "flite-"));
  try {
    const wav = join(folder, "speech.wav");
    const printed = execFileSync("flite", ["-voice", "slt", "-psdur", "-t", text, wav], { encoding: "utf8" });
    const phones = printed.trim().split(/\s+/).map(phoneWithEnd);
    const bytes = readFileSync(wav);
    const data = bytes.subarray(bytes.indexOf("data") + 8);
    const samples = new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)));
    return { samples, words: wordTimes(text.split(/\s+/), phones) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function phoneWithEnd(printed, index, all) {
  const [phone, end] = printed.split(":");
  return { phone, start: index === 0 ? 0 : Number(all[index - 1].split(":")[1]) * 1000, end: Number(end) * 1000 };
}

const pronunciations = new Map();

function pronunciation(word) {
  if (!pronunciations.has(word)) {
    const printed = execFileSync("flite", ["-voice", "slt", "-ps", "-t", word, "none"], { encoding: "utf8" });
    pronunciations.set(
      word,
      printed
        .trim()
        .split(/\s+/)
        .filter((phone) => phone !== "pau"),
    );
  }
  return pronunciations.get(word);
}

/**
 * flite prints phones but not which word they belong to. Assigns phones to words so that durations differ least from how
 * flite says each word alone; a pause is always between words.
 */
function wordTimes(texts, timed) {
  const phones = timed.filter(({ phone }) => phone !== "pau");
  const paused = new Set(timed.flatMap((entry, i) => (entry.phone === "pau" ? [timed[i + 1]] : [])));
  const best = [[{ cost: 0, from: 0 }]];
  for (const [w, text] of texts.entries()) {
    const alone = pronunciation(text.replace(/[^\w']/g, ""));
    best.push([]);
    for (let end = 0; end <= phones.length; end++) {
      let chosen = { cost: Number.POSITIVE_INFINITY, from: 0 };
      for (let from = 0; from < end; from++) {
        const before = best[w][from]?.cost ?? Number.POSITIVE_INFINITY;
        const inside = phones.slice(from, end);
        const crossesPause = inside.some((entry, i) => i > 0 && paused.has(entry));
        const cost =
          before +
          distance(
            alone,
            inside.map(({ phone }) => phone),
          ) +
          (crossesPause ? 10 : 0);
        if (cost < chosen.cost) chosen = { cost, from };
      }
      best[w + 1][end] = chosen;
    }
  }
  const words = [];
  let end = phones.length;
  for (let w = texts.length; w > 0; w--) {
    const { from } = best[w][end];
    words.unshift({ text: texts[w - 1], start: Math.round(phones[from].start), end: Math.round(phones[end - 1].end) });
    end = from;
  }
  return words;
}

function distance(a, b) {
  let row = b.map((_, j) => j + 1);
  for (const [i, x] of a.entries()) {
    const next = [];
    for (const [j, y] of b.entries()) {
      const left = j === 0 ? i + 1 : next[j - 1];
      const diagonal = j === 0 ? i : row[j - 1];
      next.push(Math.min(left + 1, row[j] + 1, diagonal + (x === y ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? a.length;
}
