import { Command, InvalidArgumentError, Option } from "commander";
import { type FileEncoding, fileEncodings } from "../input/input-format.ts";
import { lowestRate } from "../input/session-audio.ts";
import { formatOfFile, type OutputFormat, outputFormats } from "../output/output-format.ts";
import { oneLine } from "../terminal/terminal-safe.ts";
import { packageVersion } from "../version.ts";
import type { CommandIo } from "./command-io.ts";
import { apiKeyVariable } from "./credentials.ts";
import type { TranscribeOptions } from "./transcribe-options.ts";

const highestRate = 96_000;

interface Flags {
  local?: true;
  token?: string;
  host?: string;
  sampleRate?: number;
  encoding?: FileEncoding;
  channels?: string[];
  speechModel?: string;
  language?: string[];
  keyterm?: string[];
  formatTurns?: false;
  format?: OutputFormat;
  output?: string;
  param?: Record<string, string>;
  realtime?: true;
  json?: true;
  quiet?: true;
}

/** `--format` is a different option from `--no-format`, not its opposite. */
class NoFormat extends Option {
  override attributeName(): string {
    return "formatTurns";
  }
}

/** The command line of `voxpipe`. Parsing throws commander's CommanderError after it has printed what is wrong. */
export function createCommand(
  { stdout, stderr }: Pick<CommandIo, "stdout" | "stderr">,
  transcribe: (options: TranscribeOptions) => Promise<void>,
): Command {
  const program = new Command("voxpipe")
    .description("Live speech to text from files and pipes.")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(`${usageLine(text)}\n`),
    })
    .addHelpText("after", programExamples);

  program
    .command("transcribe")
    .summary("turn a file or a pipe into text")
    .description(
      "Transcribe speech while it is being sent.\n\n" +
        "Reads WAV of any kind, Ogg Opus, AAC (ADTS) and raw PCM, detected by their content.\n" +
        "On a terminal the words appear as they are heard; into a pipe or a file goes one line per finished turn.",
    )
    .argument("<file>", "audio file, or - for standard input")
    .optionsGroup("Where to:")
    .addOption(
      new Option("--local", "recognise English offline, on this machine, without an account").conflicts([
        "host",
        "token",
      ]),
    )
    .option("--token <token>", `temporary token; otherwise ${apiKeyVariable} is read from the environment`)
    .option("--host <host>", "another host, or a ws:// or wss:// URL")
    .optionsGroup("Raw PCM (other formats are detected):")
    .option("--sample-rate <hz>", `samples per second, ${lowestRate} to ${highestRate}`, parseSampleRate)
    .addOption(new Option("--encoding <name>", "pcm_s16le by default").choices(fileEncodings))
    .optionsGroup("Recordings with a voice on each channel (WAV, raw PCM):")
    .option("--channels <names>", "transcribe each channel by itself, such as agent,caller", parseChannels)
    .optionsGroup("Recognition:")
    .option("--speech-model <name>", "such as universal-streaming-english")
    .option("--language <code>", "language to expect, such as en; may be repeated", collect)
    .option("--keyterm <words>", "word or name to listen for; may be repeated", collect)
    .addOption(new NoFormat("--no-format", "leave out punctuation and capitals"))
    .option("--param <name=value>", "any other parameter of the protocol; may be repeated", collectParameter)
    .optionsGroup("Output:")
    .addOption(new Option("--format <name>", "format of the whole transcript").choices(outputFormats).conflicts("json"))
    .option("--output <file>", "write to a file; .txt, .json, .srt and .vtt choose the format")
    .option("--json", "one event per line, as JSON")
    .option("--quiet", "finished turns only: no partials, no progress")
    .option("--realtime", "send no faster than it was spoken")
    .addHelpText("after", transcribeExamples)
    .action((source: string, flags: Flags) => transcribe(optionsOf(source, flags)));
  return program;
}

function optionsOf(source: string, flags: Flags): TranscribeOptions {
  return {
    source,
    local: flags.local ?? false,
    token: flags.token,
    host: flags.host,
    sampleRate: flags.sampleRate,
    encoding: flags.encoding,
    channels: flags.channels ?? [],
    speechModel: flags.speechModel,
    languages: flags.language ?? [],
    keyterms: flags.keyterm ?? [],
    formatTurns: flags.formatTurns ?? true,
    parameters: flags.param ?? {},
    realtime: flags.realtime ?? false,
    json: flags.json ?? false,
    format: flags.format ?? (flags.json || flags.output === undefined ? undefined : formatOfFile(flags.output)),
    output: flags.output,
    quiet: flags.quiet ?? false,
  };
}

function parseSampleRate(text: string): number {
  const rate = Number(text);
  if (Number.isInteger(rate) && rate >= lowestRate && rate <= highestRate) return rate;
  throw new InvalidArgumentError(
    `Use a whole number of Hz from ${lowestRate} to ${highestRate}; resample the audio if necessary.`,
  );
}

function parseChannels(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length < 2 || names.includes("") || new Set(names).size < names.length)
    throw new InvalidArgumentError("Give each channel a name of its own, such as agent,caller.");
  return names;
}

function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

function collectParameter(text: string, previous: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("Write name=value, such as min_turn_silence=300.");
  }
  return { ...previous, [name]: value };
}

/** Commander's message, hints included, on one line. */
function usageLine(text: string): string {
  const message = oneLine(text.replace(/^error: /, ""));
  const [, unknown] = /^unknown command '(.*)'$/.exec(message) ?? [];
  const hint =
    unknown === undefined ? "See voxpipe transcribe --help." : `To transcribe a file: voxpipe transcribe ${unknown}`;
  return `voxpipe: ${message}${/[.?)]$/.test(message) ? "" : "."} ${hint}`;
}

const programExamples = `
Examples:
  voxpipe transcribe --local talk.wav      recognise offline, on this machine
  voxpipe transcribe talk.wav              by the service; needs ${apiKeyVariable}
  voxpipe transcribe --help                every option`;

const transcribeExamples = `
Examples:
  voxpipe transcribe --local talk.wav
  voxpipe transcribe talk.wav > talk.txt
  voxpipe transcribe talk.wav --output talk.srt
  voxpipe transcribe call.raw --encoding pcm_mulaw --sample-rate 8000
  voxpipe transcribe call.wav --channels agent,caller --output call.vtt
  arecord -q -f S16_LE -r 16000 -t wav | voxpipe transcribe - --local
  voxpipe transcribe talk.wav --json | jq -r 'select(.end_of_turn).transcript'

Proxies are read from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, and certificates from NODE_EXTRA_CA_CERTS.
The first Ctrl-C finishes with what was heard so far; a second one stops at once.
Exit codes: 0 done, 1 the session failed, 2 wrong use or unusable input.`;
