import { type Meeting, said } from "./meet.ts";

const introduction = `# Fault matrix

What a user of \`voxpipe\` sees of each fault, and what it costs. \`e2e/faults\` runs every row over real sockets and compares
this page with the result; \`npx vitest run --project rest e2e/faults -u\` updates it.

Each row is a session of ${said.audioMs} ms of speech in which every 10 ms contain their own number, as audio and as one word
(${said.words} of them), so that lost and repeated words are counted, not estimated. The audio ends in mid-turn: a final is
pending at \`Terminate\`. The events are all those except Turns, each type once. The fault applies to the first connection, or to
every one: †. Audio counts as heard if at least one connection received it. Client and server share a clock that moves on when
everything waits, so no row depends on the machine. If a timeout of the client ends the wait, it waits for the Termination for
30 s, because the audio has ended; at Terminate, for its usual 5 s.

`;

const explanation = `
**reported**: \`closed\`, the reader of \`events\` and the writer of \`audio\` all fail with that error, after every earlier event
has been read: no word that the server sent in a final is missing. The session ends this way if another connection would fail in
the same way, after 3 failed attempts to begin, or after 11 in a row without a new final.

If a Termination or a close 1000 comes too early, the audio without a final is sent again, as long as that produces new finals.
Then the session fails, because its last turn may be missing.

If the session continues, its figures and \`Reconnected\` say that it sent ${said.audioMs} ms of audio and lost none. If it ends
with an error, it never says that it sent less than the server received.

With \`reconnect: false\`, an unrequested close 1000 counts as the end of the session: audio not processed by then is lost, and
only the missing Termination shows it.
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

/** The page with the outcome of each fault. */
export function matrixPage(meetings: readonly Meeting[]): string {
  return `${introduction}${table([heads, ...meetings.map(row)])}${explanation}`;
}

function row(meeting: Meeting): string[] {
  const { scenario, events, error, attempts, audioLostMs, wordsLost, wordsRepeated } = meeting;
  const detail = error?.status ?? error?.closeCode;
  const loss = (amount: number, unit = "") =>
    `${amount}${unit}${amount === 0 ? "" : error === undefined ? ", not reported" : ", reported"}`;
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
