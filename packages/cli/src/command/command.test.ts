import { PassThrough } from "node:stream";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { createCommand } from "./command.ts";
import type { TranscribeOptions } from "./transcribe-options.ts";

async function parse(...args: string[]) {
  const stdout = new PassThrough({ encoding: "utf8" });
  const stderr = new PassThrough({ encoding: "utf8" });
  const seen: TranscribeOptions[] = [];
  const command = createCommand({ stdout, stderr }, async (options) => void seen.push(options));
  const error = await command.parseAsync(args, { from: "user" }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error !== undefined && !(error instanceof CommanderError)) throw error;
  return { options: seen[0], error, out: stdout.read() ?? "", err: stderr.read() ?? "" };
}

describe("voxpipe transcribe", () => {
  it("needs a file and nothing else", async () => {
    const { options } = await parse("transcribe", "talk.wav");
    expect(options).toMatchObject({
      source: "talk.wav",
      local: false,
      formatTurns: true,
      languages: [],
      keyterms: [],
      parameters: {},
      realtime: false,
      json: false,
      quiet: false,
    });
  });

  it("takes every option", async () => {
    const { options } = await parse(
      ...["transcribe", "-", "--sample-rate", "8000", "--encoding", "pcm_mulaw", "--token", "t", "--host", "ws://h:1"],
      ...["--channels", "agent, caller"],
      ...["--speech-model", "m", "--language", "en", "--language", "de", "--keyterm", "Byrne", "--no-format"],
      ...["--param", "mode=balanced", "--param", "prompt=a=b", "--json", "--quiet", "--realtime"],
    );
    expect(options).toEqual({
      source: "-",
      channels: ["agent", "caller"],
      local: false,
      sampleRate: 8000,
      encoding: "pcm_mulaw",
      token: "t",
      host: "ws://h:1",
      speechModel: "m",
      languages: ["en", "de"],
      keyterms: ["Byrne"],
      formatTurns: false,
      parameters: { mode: "balanced", prompt: "a=b" },
      json: true,
      quiet: true,
      realtime: true,
    });
  });

  it.each([
    [["--format", "srt", "--no-format"], { format: "srt", formatTurns: false }],
    [["--output", "talk.VTT"], { format: "vtt", output: "talk.VTT", formatTurns: true }],
    [["--output", "talk.vtt", "--format", "text"], { format: "text" }],
    [["--output", "talk.json", "--json"], { format: undefined, json: true }],
    [["--output", "talk"], { format: undefined, output: "talk" }],
  ])("takes the form of the output from %j", async (args, wanted) => {
    expect((await parse("transcribe", "talk.wav", ...args)).options).toMatchObject(wanted);
  });

  it.each([
    [["transcribe", "a.wav", "--format", "ass"], /Allowed choices are text, json, srt, vtt/],
    [
      ["transcribe", "a.wav", "--format", "srt", "--json"],
      /option '--format <name>' cannot be used with option '--json'/,
    ],
    [["transcribe", "a.wav", "--loca"], /unknown option '--loca' \(Did you mean --local\?\)/],
    [["transcribe"], /missing required argument 'file'/],
    [["transcribe", "a.wav", "b.wav"], /too many arguments/],
    [
      ["transcribe", "a.raw", "--sample-rate", "4000"],
      /'4000' is invalid\. Use a whole number of Hz from 8000 to 96000/,
    ],
    [["transcribe", "a.raw", "--encoding", "mp3"], /Allowed choices are pcm_s16le, pcm_mulaw, ogg_opus, aac/],
    [["transcribe", "a.wav", "--local", "--host", "h"], /option '--local' cannot be used with option '--host <host>'/],
    [["transcribe", "a.wav", "--param", "mode"], /'mode' is invalid\. Write name=value/],
    [["transcrib", "a.wav"], /unknown command 'transcrib' \(Did you mean transcribe\?\)/],
  ])("refuses %j in one line that says where to read on", async (args, message) => {
    const { error, err, options } = await parse(...args);
    expect(options).toBeUndefined();
    expect(error?.exitCode).not.toBe(0);
    expect(err).toMatch(message);
    expect(err).toMatch(/^voxpipe: [^\n]* See voxpipe transcribe --help\.\n$/);
  });

  it("guesses that an unknown command is a file", async () => {
    const { err } = await parse("talk.wav");
    expect(err).toBe("voxpipe: unknown command 'talk.wav'. To transcribe a file: voxpipe transcribe talk.wav\n");
  });

  it("explains itself", async () => {
    const { out, error } = await parse("transcribe", "--help");
    expect(error?.exitCode).toBe(0);
    for (const part of ["--local", "--sample-rate", "Examples:", "Exit codes:"]) expect(out).toContain(part);
    expect((await parse("--help")).out).toContain("voxpipe transcribe --local talk.wav");
    expect((await parse("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
