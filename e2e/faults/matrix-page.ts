import { type Meeting, said } from "./meet.ts";

const introduction = `# Fault matrix

What somebody who uses \`voxpipe\` sees of each fault, and what it costs. \`e2e/faults\` runs every row over real sockets and
holds this page to what it saw; \`npx vitest run --project e2e e2e/faults -u\` writes it anew.

Each row is a session of ${said.audioMs} ms of speech in which every 10 ms carry their own number, as audio and as one word
(${said.words} of them), so that what is lost or repeated is counted, not estimated. The audio ends in mid-turn: a final is
pending at \`Terminate\`. The events are all that came beside Turns, each type once. The first connection meets the fault, or
every one: †. Audio is heard where at least one connection had it. Where a time-out of the client ends the wait, its clock runs
ten times as fast, and it waits for the Termination for 30 s, since the audio has ended by then; at Terminate, for its usual 5 s.

`;

const explanation = `
**told**: \`closed\`, the reader of \`events\` and the writer of \`audio\` all fail with that error, after every event that came
before it has been read: of the words that the server sent in finals, none is missing. The session ends so where another
connection would meet the same again, where 3 attempts to begin failed, or 11 in a row without a new final in between.

An end that comes too early is doubted, whether by a Termination or a close 1000, and the audio without a final is sent
again: for as long as that brings new finals. Then the session fails, since its last turn may be missing.

Wherever the session goes on, it says that it sent ${said.audioMs} ms of audio and lost none, in its figures and in
\`Reconnected\`; where it ends with an error, it never says that it sent less than the server heard.

With \`reconnect: false\`, a close 1000 that nobody asked for is taken for the end of the session: what had not been heard by
then is lost, and only the missing Termination tells of it.
`;

const heads = [
  "fault",
  "what it is",
  "what the user saw",
  "ends with",
  "attempts",
  "audio heard",
  "audio lost",
  "words in finals",
  "words lost",
  "words repeated",
];

/** The page that tells what each fault came to. */
export function matrixPage(meetings: readonly Meeting[]): string {
  return `${introduction}${table([heads, ...meetings.map(row)])}${explanation}`;
}

function row(meeting: Meeting): string[] {
  const { scenario, events, error, attempts, audioLostMs, wordsLost, wordsRepeated } = meeting;
  const detail = error?.status ?? error?.closeCode;
  const loss = (amount: number, unit = "") =>
    `${amount}${unit}${amount === 0 ? "" : error === undefined ? ", not told" : ", told"}`;
  return [
    `\`${scenario.fault}\``,
    `${scenario.what}${scenario.sessions === "every" ? " †" : ""}`,
    events.join(", ") || "nothing",
    error ? `\`${error.code}\`${detail === undefined ? "" : ` (${detail})`}` : "its summary",
    String(attempts),
    `${said.audioMs - audioLostMs} ms`,
    loss(audioLostMs, " ms"),
    String(said.words - wordsLost),
    loss(wordsLost),
    String(wordsRepeated),
  ];
}

function table([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |\n`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("");
}
