import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../workspace.ts";
import { codeBlocks } from "./code-blocks.ts";

/** An example of a page that streams, and what it takes to run it. */
export interface Example {
  readonly page: string;
  /** What only this example of the page contains. */
  readonly contains: string;
  /** Declarations of what it leaves to the reader. */
  readonly before?: string;
  /** What uses it. */
  readonly after?: string;
  readonly edit?: (code: string) => string;
  readonly args?: readonly string[];
  /** How a program ends whose session failed: the example reports it itself, or leaves it to the caller. */
  readonly failed: 0 | 1;
  /** It needs no service: it is run once, by itself. */
  readonly alone?: true;
  /** Why it is not run. */
  readonly notRun?: string;
}

/** What every program may use. */
const shared = `
const tone = Uint8Array.from({ length: 2 * 16_000 * 2 }, (_, i) => (i % 2 === 0 ? 0 : (i >> 6) % 2 === 0 ? 40 : 216));
const pcm = () => new Blob([tone]).stream();
globalThis.fetch = async () => Response.json({ token: "a temporary token" });
const report = (error) => { console.error(String(error)); process.exitCode = 1; };
`;

const ended = "await session.opened.catch(() => {});\nsession.close();\nawait session.closed.catch(report);";

export const examples: readonly Example[] = [
  { page: "README.md", contains: "createReadStream", args: ["speech.wav"], failed: 1 },
  {
    page: "README.md",
    contains: "export async function caption",
    after: "await caption(pcm(), console.log).catch(report);",
    failed: 1,
  },
  {
    page: "README.md",
    contains: "export async function converse",
    after: "await converse(pcm(), (text) => console.log(text)).catch(report);",
    failed: 1,
  },
  {
    page: "docs/from-assemblyai.md",
    contains: "export async function caption",
    after: "await caption(pcm()).catch(report);",
    failed: 1,
  },
  {
    page: "docs/from-python.md",
    contains: "new StreamingClient",
    after: "await run(pcm());",
    failed: 0,
  },
  {
    page: "docs/testing.md",
    contains: "captions.test.ts",
    failed: 0,
    notRun: "e2e/recipes runs it as it is printed",
  },
  { page: "packages/client/README.md", contains: "await session.closed", failed: 0 },
  {
    page: "packages/files/README.md",
    contains: "export async function print",
    edit: (code) => code.replace("(file), {", "(file), { apiHost: process.env.ASSEMBLYAI_HOST,"),
    before: `import { readFileSync } from "node:fs";`,
    after: 'await print(new File([readFileSync("speech.wav")], "speech.wav")).catch(report);',
    failed: 1,
  },
  {
    page: "packages/files/README.md",
    contains: "export async function send",
    before: `import { readFileSync } from "node:fs";`,
    after: 'await send(new Blob([readFileSync("speech.wav")])).catch(report);',
    failed: 1,
  },
  {
    page: "packages/client/README.md",
    contains: "export async function print",
    edit: (code) => code.replace("recording, {", "recording, { apiHost: process.env.ASSEMBLYAI_HOST,"),
    before: `import { readFileSync } from "node:fs";`,
    after: 'await print(new Blob([readFileSync("speech.wav")])).catch(report);',
    failed: 1,
  },
  {
    page: "packages/client/README.md",
    contains: "export async function transcribe",
    after: "await transcribe(pcm()).catch(report);",
    failed: 1,
  },
  {
    page: "packages/client/README.md",
    contains: "export function recordInto",
    after: `const recorder = {};
const session = recordInto(recorder);
for (let at = 0; at < tone.length; at += 3200) {
  recorder.ondata(tone.subarray(at, at + 3200));
  await new Promise((resolve) => setTimeout(resolve, 5));
}
${ended}`,
    failed: 1,
  },
  {
    page: "packages/client/README.md",
    contains: "export const start",
    after: `const session = start();\n${ended}`,
    failed: 1,
  },
  { page: "packages/client/README.md", contains: "new StreamingClient", failed: 0 },
  {
    page: "packages/audio/README.md",
    contains: ".pipeTo(session.audio)",
    before: `import { readFileSync } from "node:fs";
import { connect } from "voxpipe";
const file = new Blob([readFileSync("speech.wav")]);
const session = connect({ token: "a temporary token", sampleRate: 16_000 });
session.closed.then(undefined, report);`,
    after: "for await (const event of session.events) console.log(event.type);",
    failed: 1,
  },
  {
    page: "packages/audio/README.md",
    contains: "wavChannels",
    before: `import { readFileSync } from "node:fs";
const file = new Blob([readFileSync("speech.wav")]);`,
    after: "for await (const bytes of agent) if (bytes.length > 0) break;\nawait agent.cancel().catch(() => {});",
    alone: true,
    failed: 0,
  },
  {
    page: "packages/microphone/README.md",
    contains: "const microphone = await openMicrophone();",
    before: `const [startButton, stopButton] = [new EventTarget(), new EventTarget()];
const show = (text, final) => console.log(text);
const openMicrophone = async () => ({ readable: pcm(), sampleRate: 16_000, stop() {} });`,
    edit: (code) => code.replace(/import .* from "@voxpipe\/microphone";/, ""),
    after: 'startButton.dispatchEvent(new Event("click"));',
    failed: 0,
  },
  {
    page: "packages/transcript/README.md",
    contains: "session.events.pipeTo",
    before: `import { connect } from "voxpipe";
const session = connect({ token: "a temporary token", sampleRate: 16_000 });
const show = (text) => console.log(text);
pcm().pipeTo(session.audio).catch(() => {});`,
    failed: 1,
  },
  {
    page: "packages/token/README.md",
    contains: "connect({ token: tokenFrom",
    after: ended,
    failed: 1,
  },
  {
    page: "packages/channels/README.md",
    contains: "connectChannels({",
    before: "const [agentPcm, callerPcm] = [pcm(), pcm()];",
    edit: (code) => code.replace("channels: [", "apiHost: process.env.ASSEMBLYAI_HOST, channels: ["),
    failed: 1,
  },
  {
    page: "packages/telephony/README.md",
    contains: "export async function transcribe",
    failed: 0,
    notRun: "packages/telephony/test/readme.test.ts and e2e/telephony run it as it is printed",
  },
  {
    page: "packages/relay/README.md",
    contains: "subscribe(",
    failed: 0,
    notRun: "packages/relay/test/readme.all.test.ts runs it as it is printed",
  },
  {
    page: "packages/core/README.md",
    contains: "connectOver",
    failed: 0,
    notRun: "a function that needs a platform",
  },
  {
    page: "packages/emulator/README.md",
    contains: "await using emulator",
    failed: 0,
    notRun: "it starts an emulator of its own and neither writes nor reads",
  },
  {
    page: "packages/otel/README.md",
    contains: "capturedAt:",
    before: 'import { connect } from "voxpipe";\nconst apiKey = "example";',
    after: ended,
    failed: 1,
  },
  {
    page: "docs/networks.md",
    contains: "HttpsProxyAgent",
    failed: 0,
    notRun: "it needs a proxy: networks.all.test.ts runs the page's examples through one",
  },
];

/** Every page with examples for users. */
export function pages(): string[] {
  const folders = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
  return [
    "README.md",
    ...markdown("docs"),
    ...folders.flatMap((folder) => markdown(folder)),
    ...folders.flatMap((f) => markdown(`${f}/docs`)),
  ];
}

function markdown(folder: string): string[] {
  try {
    return readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

/** The TypeScript of a page that uses sessions. */
export function streamingBlocks(page: string): string[] {
  const streams = /(?<!\.)\bconnect\(|\btranscribe\b.*from "voxpipe"|StreamingClient\(|openMicrophone\(\)|pipeTo\(/;
  return codeBlocks(readFileSync(join(root, page), "utf8"), "ts").filter((code) => streams.test(code));
}

/** An example as a program that connects to `ASSEMBLYAI_HOST`. */
export function programOf({ page, contains, before = "", after = "", edit = (code) => code }: Example): string {
  const [code = ""] = streamingBlocks(page).filter((block) => block.includes(contains));
  const hosted = code.includes("ASSEMBLYAI_HOST")
    ? code
    : code.replace(/(\bconnect|StreamingClient)\(\{/, "$1({ apiHost: process.env.ASSEMBLYAI_HOST,");
  const place = (text: string) =>
    text.replace("connect({ token", "connect({ apiHost: process.env.ASSEMBLYAI_HOST, token");
  return [shared, place(before), edit(hosted), after].join("\n");
}
