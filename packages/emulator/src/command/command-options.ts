import { Command, InvalidArgumentError, Option } from "commander";
import type { Pacing } from "../audio/pacing.ts";
import { EmulatorError } from "../emulator-error.ts";
import type { Fault } from "../faults/fault.ts";
import { parseFaults } from "../faults/fault-notation.ts";
import type { TokenErrorShape } from "../http/token-endpoint.ts";
import type { Latency } from "../session/latency.ts";
import { type SpeechModel, speechModels, usualModel } from "../session/models.ts";
import type { Edges } from "../turns/edge-times.ts";
import type { FormattedFinals } from "../turns/turns.ts";

/** The parsed and checked command line. */
export interface CommandOptions {
  readonly port: number;
  readonly host: string;
  readonly allowedHost?: string[];
  readonly tls?: true | string;
  readonly tlsName?: string[];
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly apiKey?: string[];
  readonly token?: string[];
  readonly oneTimeTokens?: true;
  readonly tokenLength?: number;
  readonly tokenErrors: TokenErrorShape;
  readonly refusal: "message" | "http";
  readonly fault?: Fault[];
  readonly script?: string;
  readonly play?: string;
  readonly engine?: string;
  readonly record?: string;
  readonly edges: Edges;
  readonly latency: Latency;
  readonly seed: number;
  readonly speakerCuts: boolean;
  readonly pacing: Pacing;
  readonly formattedFinals: FormattedFinals;
  readonly defaultModel: SpeechModel;
  readonly beginConfiguration: boolean;
  readonly maxSessionSeconds?: number;
  readonly expiry: "termination" | "error";
  readonly sessionLimit?: number;
  readonly sessionsPerMinute?: number;
  readonly sessionLimitCode: "1008" | "3009";
  readonly control: boolean;
  readonly quiet?: true;
}

const faultHelp = `
Faults are written \`when:do\`, separated by commas, and apply to every session:
  connect:refuse=503     audio=1200:drop        final:close=1011      open:delay=12000
  begin:half-open        messages=20:stall      after=5000:error=3005 terminate:no-termination
  chance=0.01@7:reset    begin:drip=16@20       token:refuse=429      open:refuse-used-token
  open:too-many-sessions
  connect=0.3@7:refuse=503: with this probability, 7 being the seed; so for every moment that is one word.
What these words cannot say, JSON can: '[{"when":"begin","do":{"error":3005,"typed":false,"close":false}}]'
One client alone meets those in the path of its URL: ws://127.0.0.1:8765/faults/audio=1200:drop

Under http://127.0.0.1:8765/emulator/ other programs set faults and look at sessions: see the documentation.`;

/** The command line of `voxpipe-emulator`. Parsing throws commander's `CommanderError` after printing what is wrong. */
export function describeCommand(): Command {
  return new Command("voxpipe-emulator")
    .description(
      "A local Streaming v3 server: point a client's host at it.\n" +
        "If it is not installed: npx -y -p @voxpipe/emulator voxpipe-emulator",
    )
    .option("--port <number>", "port to listen on; 0 takes any free one", wholeNumber(0, 65_535), 8_765)
    .option("--host <address>", "address to listen on; localhost is 127.0.0.1 and ::1", "localhost")
    .option("--allowed-host <name...>", "names under which clients of other machines and containers reach it")
    .option("--tls [file]", "serve wss://, and write the new certificate to <file>")
    .option("--tls-name <name...>", "make the certificate for these host names too, for clients whose host is fixed")
    .option("--tls-key <file>", "serve wss:// with this key, PEM, and the certificate of --tls-cert")
    .option("--tls-cert <file>", "the certificate of --tls-key, PEM")
    .optionsGroup("What it says:")
    .option("--script <file>", "words to say: a JSON list of { text, start, end }, times in ms")
    .option("--play <file>", "words to say: those of a recording")
    .option("--engine <module>", "a module that exports an engine, such as @voxpipe/recognizer")
    .option("--record <folder>", "write each session to <folder>/session-N.jsonl")
    .optionsGroup("Who may come:")
    .option("--api-key <key...>", "accept only these API keys; by default any key")
    .option("--token <token...>", "accept these tokens besides those of /v3/token")
    .option("--one-time-tokens", "let a token open one session only")
    .option("--token-length <number>", "length of a token of /v3/token; default 2583", wholeNumber(16, 8_000))
    .addOption(choice("--token-errors <shape>", "how /v3/token refuses a value", ["detail", "error"]))
    .addOption(choice("--refusal <how>", "how refused credentials are reported", ["message", "http"]))
    .option("--session-limit <number>", "sessions at once", wholeNumber(1, 1_000_000))
    .option(
      "--sessions-per-minute <number>",
      "new sessions in a minute; grows by 10% a minute",
      wholeNumber(1, 1_000_000),
    )
    .addOption(choice("--session-limit-code <code>", "how those beyond are refused", ["1008", "3009"]))
    .optionsGroup("How it behaves:")
    .option("--fault <faults...>", "faults to apply, see below", collectFaults)
    .addOption(choice("--edges <how>", "times of a turn's first and last word", ["live", "exact"]))
    .addOption(choice("--latency <how>", "how fast sessions and tokens are answered", ["none", "live"]))
    .option("--seed <number>", "seed of --edges and --latency", wholeNumber(0, 2 ** 31), 0)
    .option("--no-speaker-cuts", "with speaker_labels, cut no turn at every tenth second")
    .addOption(choice("--pacing <how>", "how audio faster than real time is handled", ["free", "refuse", "throttle"]))
    .addOption(choice("--formatted-finals <form>", "how format_turns is answered", ["one-turn", "two-turns"]))
    .addOption(
      new Option("--default-model <name>", "the model of sessions without one")
        .choices(speechModels)
        .default(usualModel),
    )
    .option("--max-session-seconds <number>", "the longest a session may last", wholeNumber(1, 10_800))
    .addOption(choice("--expiry <how>", "how such a session ends", ["termination", "error"]))
    .option("--no-begin-configuration", "leave `configuration` out of Begin, as older servers do")
    .option("--no-control", "answer nothing under /emulator/")
    .option("--quiet", "print nothing but the address")
    .addHelpText("after", faultHelp)
    .exitOverride();
}

/** An option whose first choice is its default. */
function choice(flags: string, description: string, choices: readonly [string, ...string[]]): Option {
  return new Option(flags, description).choices(choices).default(choices[0]);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Use a whole number from ${min} to ${max}.`);
  };
}

function collectFaults(text: string, before: Fault[] = []): Fault[] {
  try {
    return [...before, ...parseFaults(text)];
  } catch (error) {
    throw error instanceof EmulatorError ? new InvalidArgumentError(error.message) : error;
  }
}
