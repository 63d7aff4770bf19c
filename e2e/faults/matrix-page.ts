import type { Meeting } from "./meet.ts";

const introduction = `# Fault matrix

What somebody who uses \`voxpipe\` sees of each fault, and what it costs. \`e2e/faults\` runs every row over real sockets and
holds this page to what it saw; \`npx vitest run --project e2e e2e/faults -u\` writes it anew.

Each row is a session of three seconds of speech in which every 10 ms carry their own number, as audio and as one word, so
that what is lost or repeated is counted, not estimated. The events are all that came beside Turns, each type once. Faults
meet the first session, those that refuse meet every one. Where a time-out of the client ends the wait, its clock runs ten
times as fast, and it waits for the Termination for 30 s, since the audio has ended by then; at Terminate, for its usual 5 s.

`;

const explanation = `
**told**: the service ended the session for a reason that another connection would meet again. \`closed\`, the reader of
\`events\` and the writer of \`audio\` all fail with that error, after every event that came before it has been read: of the
words that the server sent in finals, none is missing.

A close 1000 that nobody asked for is a drop like any other. With \`reconnect: false\` it is taken for the end of the session:
what had not been heard by then is lost, and only the missing Termination tells of it.
`;

const heads = ["fault", "what it is", "what the user saw", "ends with", "audio lost", "words lost", "words repeated"];

/** The page that tells what each fault came to. */
export function matrixPage(meetings: readonly Meeting[]): string {
  return `${introduction}${table([heads, ...meetings.map(row)])}${explanation}`;
}

function row({ scenario, events, error, audioLostMs, wordsLost, wordsRepeated }: Meeting): string[] {
  const told = error !== undefined;
  const detail = error?.status ?? error?.closeCode;
  return [
    `\`${scenario.fault}\``,
    scenario.what,
    events.join(", ") || "nothing",
    told ? `\`${error.code}\`${detail === undefined ? "" : ` (${detail})`}` : "its summary",
    told && audioLostMs > 0 ? "told" : `${audioLostMs} ms`,
    told && wordsLost > 0 ? "told" : String(wordsLost),
    String(wordsRepeated),
  ];
}

function table([head = [], ...rows]: readonly string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |\n`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("");
}
