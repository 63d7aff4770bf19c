import { StreamingError } from "voxpipe";
import { noticeLine } from "../output/renderer.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { UsageError } from "./usage-error.ts";

/** What is printed about an error, and the exit code. */
export interface FailureReport {
  /** With its line end. */
  readonly line: string;
  readonly code: ExitCode;
}

/** One line for people, never a stack trace. */
export function reportFailure(error: unknown): FailureReport {
  const message = error instanceof Error ? error.message : String(error);
  return { line: noticeLine(withFlags(message)), code: isWrongUse(error) ? exitCode.usage : exitCode.failed };
}

/** Parameters that the client rejects before connecting are the user's mistake, like unknown options. */
function isWrongUse(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof StreamingError && error.code === "invalid-options");
}

/** The client's option names and the flags that this command's users know. */
const flags: Readonly<Record<string, string>> = {
  apiHost: "--host",
  apiKey: "the API key",
  keytermsPrompt: "--keyterm",
  languageCodes: "--language",
  sampleRate: "--sample-rate",
  speechModel: "--speech-model",
};

function withFlags(message: string): string {
  const named = message.replace(/\b[a-z]+[A-Z]\w*\b/g, (name) => flags[name] ?? name);
  return phrases.reduce((text, [of, ours]) => text.replace(of, ours), named);
}

/** What only a program can pass, and what it is here. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/pass an agent, such as one of https-proxy-agent/, "set HTTPS_PROXY to its URL"],
  [/pass them to the agent/, "put them into the proxy's URL"],
  [/through the agent/, "through the proxy of the environment"],
  [/when Node starts/, "in the environment"],
];
