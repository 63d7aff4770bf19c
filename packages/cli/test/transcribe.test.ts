import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { type Emulator, scripted, startEmulator } from "@voxpipe/emulator";
import { fromJson } from "@voxpipe/transcript";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { engine, speechWav } from "./speech.ts";
import { ended, program, startVoxpipe, voxpipe } from "./voxpipe-process.ts";

/** True times of words, and sessions of US unless they say otherwise. */
const exact = { edges: "exact", defaultModel: "universal-streaming-english" } as const;

const env = { ASSEMBLYAI_API_KEY: "a-key-for-tests" };
const transcript = "Good morning.\nGood night.\n";
let folder = "";
let talk = "";
let emulator: Emulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "voxpipe-"));
  talk = join(folder, "talk.wav");
  await writeFile(talk, speechWav());
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  emulator = await startEmulator({ ...exact, engine: engine() });
});
afterEach(() => emulator.close());

const transcribe = (...args: string[]) => ["transcribe", ...args, "--host", emulator.url];

describe("voxpipe transcribe", () => {
  it("prints the finished turns of a file, and nothing else", async () => {
    expect(await voxpipe(transcribe(talk), { env })).toEqual({ code: 0, signal: null, stdout: transcript, stderr: "" });
  });

  it("reads a pipe: WAV, and raw PCM with the flags that describe it", async () => {
    const wav = speechWav();
    expect(await voxpipe(transcribe("-"), { env, stdin: wav })).toMatchObject({ code: 0, stdout: transcript });
    const raw = transcribe("-", "--sample-rate", "16000", "--encoding", "pcm_s16le");
    expect(await voxpipe(raw, { env, stdin: wav.subarray(44) })).toMatchObject({ code: 0, stdout: transcript });
  });

  it("hears a recorder's pipe, whose header does not know its length, without a warning", async () => {
    const recorded = Buffer.from(speechWav());
    recorded.writeUInt32LE(0x8000_0024, 4);
    recorded.writeUInt32LE(0x8000_0000, 40);
    expect(await voxpipe(transcribe("-"), { env, stdin: recorded })).toMatchObject({ stdout: transcript, stderr: "" });
  });

  it("hears both of two WAV files that cat has joined", async () => {
    const outcome = await voxpipe(transcribe("-", "--json"), { env, stdin: Buffer.concat([speechWav(), speechWav()]) });
    expect(outcome.stderr).toBe("");
    expect(JSON.parse(outcome.stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ audio_duration_seconds: 10 });
  });

  it("lets nothing through that a terminal would act on; in JSON it is escaped and stays the same", async () => {
    const said = [{ text: "to\u202eyad\u009b2j\x1b[2j", start: 200, end: 500 }];
    await using hostile = await startEmulator({ ...exact, engine: scripted(said) });
    const args = ["transcribe", talk, "--host", hostile.url, "--no-format"];
    expect(await voxpipe(args, { env })).toMatchObject({ code: 0, stdout: "toyad 2j [2j\n", stderr: "" });
    const { stdout } = await voxpipe([...args, "--json"], { env });
    expect(stdout).not.toMatch(/[\u0080-\u009f\u202e]/u);
    const final = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .find(({ end_of_turn }) => end_of_turn);
    expect(final.transcript).toBe(said[0]?.text);
  });

  it("writes one JSON event a line, Termination last", async () => {
    const { code, stdout } = await voxpipe(transcribe("-", "--json"), { env, stdin: speechWav() });
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(events.at(0)?.type).toBe("Begin");
    expect(events.at(-1)).toMatchObject({ type: "Termination", audio_duration_seconds: 5 });
    expect(events.filter((event) => event.end_of_turn).map((event) => event.transcript)).toEqual([
      "Good morning.",
      "Good night.",
    ]);
    expect(events.some((event) => event.end_of_turn === false)).toBe(true);
  });

  it("sends the session's parameters as the flags say", async () => {
    const flags = ["--no-format", "--keyterm", "Byrne", "--param", "min_turn_silence=300"];
    const { stdout } = await voxpipe(transcribe(talk, ...flags), { env });
    expect(stdout).toBe("good morning\ngood night\n");
    const [session] = emulator.sessions;
    expect(Object.fromEntries(session?.handshake.query ?? [])).toMatchObject({
      format_turns: "false",
      keyterms_prompt: '["Byrne"]',
      min_turn_silence: "300",
      sample_rate: "16000",
    });
  });

  it("uses a token instead of the key where one is given", async () => {
    await using strict = await startEmulator({
      ...exact,
      engine: engine(),
      apiKeys: [],
      tokens: ["a-token-for-tests"],
    });
    const args = ["transcribe", talk, "--host", strict.url, "--token", "a-token-for-tests"];
    expect(await voxpipe(args, { env })).toMatchObject({ code: 0, stdout: transcript });
  });

  it("prints a turn once where the service sends it unformatted first", async () => {
    await using older = await startEmulator({ ...exact, engine: engine(), formattedFinals: "two-turns" });
    const outcome = await voxpipe(["transcribe", talk, "--host", older.url], { env });
    expect(outcome.stdout).toBe(transcript);
  });

  it("ends quietly when nobody reads its output any more", async () => {
    const child = startVoxpipe(transcribe(talk, "--json", "--realtime"), env);
    await once(child.stdout, "data");
    child.stdout.destroy();
    await once(child, "close");
    expect(child.exitCode).toBe(0);
    expect(child.stderr.read()).toBeNull();
  });

  it.each(["--help", "--version", "transcribe --help"])("so does %s, whose reader left before", async (args) => {
    const child = startVoxpipe(args.split(" "));
    child.stdout.destroy();
    const stderr = text(child.stderr);
    await once(child, "close");
    expect([child.exitCode, await stderr]).toEqual([0, ""]);
  });

  it("fails in one line if help cannot be written, and ends if nothing can be", {
    skip: !existsSync("/dev/full"),
  }, async () => {
    const full = openSync("/dev/full", "w");
    const run = (stderr: "pipe" | number) =>
      spawnSync(process.execPath, [program, "--help"], { stdio: ["ignore", full, stderr], encoding: "utf8" });
    expect(run("pipe")).toMatchObject({ status: 1, stderr: expect.stringMatching(/^[^\n]*no space left[^\n]*\n$/) });
    expect(run(full)).toMatchObject({ status: 1 });
    closeSync(full);
  });
});

describe("the whole transcript", () => {
  it.each([
    ["text", /^Good morning\.\nGood night\.\n$/],
    ["srt", /^1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\nGood morning\.\n\n2\n[^\n]+\nGood night\.\n$/],
    ["vtt", /^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:0\d\.\d{3}\nGood morning\.\n\n[^\n]+\nGood night\.\n$/],
  ])("is printed with --format %s, and nothing else", async (format, wanted) => {
    const outcome = await voxpipe(transcribe(talk, "--format", format), { env });
    expect(outcome).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(wanted) });
  });

  it("is one JSON document with --format json, that a program can read", async () => {
    const { stdout } = await voxpipe(transcribe(talk, "--format", "json"), { env });
    expect(fromJson(JSON.parse(stdout)).text).toBe("Good morning. Good night.");
  });

  it("goes into a file, in the format that its name says", async () => {
    const file = join(folder, "talk.srt");
    await writeFile(file, "an older transcript that is longer than the new one ".repeat(20));
    expect(await voxpipe(transcribe(talk, "--output", file), { env })).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await readFile(file, "utf8")).toMatch(/^1\n.+Good morning\..+Good night\.\n$/s);
  });

  it("is in the file as far as it came when the session fails", async () => {
    await using broken = await startEmulator({
      engine: engine(),
      faults: [{ when: "final", do: { error: 3006, typed: true, close: true } }],
    });
    const file = join(folder, "broken.vtt");
    const args = ["transcribe", talk, "--host", broken.url, "--output", file];
    expect(await voxpipe(args, { env })).toMatchObject({ code: 1 });
    expect(await readFile(file, "utf8")).toMatch(/^WEBVTT\n\n.+\n[Gg]ood/);
  });

  it.each([
    [() => talk, /is the input\. Name another file after --output\.\n$/],
    [() => folder, /is a folder\. Name a file after --output\.\n$/],
    [() => join(folder, "no", "talk.srt"), /cannot be written \(ENOENT\)\. Name another file after --output\.\n$/],
  ])("is refused a place that is no file of its own, before anything is sent", async (output, message) => {
    const { code, stderr } = await voxpipe(transcribe(talk, "--output", output()), { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(emulator.sessions).toHaveLength(0);
    expect((await readFile(talk)).length).toBeGreaterThan(44);
  });
});

describe("Ctrl-C", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("the first %s ends with the transcript of what was sent", async (signal) => {
    const child = startVoxpipe(transcribe("-", "--json"), env);
    const lines = createInterface({ input: child.stdout });
    const events: { type: string; transcript?: string; end_of_turn?: boolean }[] = [];
    // The pipe stays open: only the signal can end this.
    child.stdin.write(speechWav().subarray(0, 44 + 32_000));
    for await (const line of lines) {
      events.push(JSON.parse(line));
      if (events.length === 2) child.kill(signal);
    }
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).toBe(0);
    expect(events.at(-1)?.type).toBe("Termination");
    expect(events.findLast((event) => event.end_of_turn)?.transcript).toBe("Good morning.");
  });

  it("the second ends at once, though the service has not answered", async () => {
    await using mute = await startEmulator({ ...exact, engine: engine(), faults: [{ when: "partial", do: "hang" }] });
    const child = startVoxpipe(["transcribe", talk, "--json", "--host", mute.url], env);
    const outcome = ended(child);
    await once(child.stdout, "data");
    child.kill("SIGINT");
    // Signals that come together count as one, so the second is repeated until it is taken for one.
    const again = setInterval(() => child.kill("SIGINT"), 200);
    const { signal } = await outcome.finally(() => clearInterval(again));
    expect(signal).toBe("SIGINT");
  });
});
