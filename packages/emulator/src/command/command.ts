import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommanderError } from "commander";
import { EmulatorError } from "../emulator-error.ts";
import { loadEngine } from "../engines/load-engine.ts";
import type { EmulatorEvent } from "../observation/emulator-event.ts";
import { recordingOf } from "../observation/recording.ts";
import { type Emulator, startEmulator } from "../server.ts";
import type { EmulatorOptions } from "../settings.ts";
import { type CommandOptions, describeCommand } from "./command-options.ts";

/**
 * The command `voxpipe-emulator`: serves until it is interrupted.
 *
 * @param args the command line after the program's name
 * @returns the exit code: 0, 1 if the server could not start, 2 for wrong use
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const command = describeCommand();
  try {
    command.parse(args, { from: "user" });
    await serve(command.opts<CommandOptions>());
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const message = error instanceof EmulatorError ? error.message : systemMessage(error);
    if (message === undefined) throw error;
    console.error(`error: ${message}`);
    return error instanceof EmulatorError && error.code === "invalid-options" ? 2 : 1;
  }
}

async function serve(options: CommandOptions): Promise<void> {
  if (options.record !== undefined) await mkdir(options.record, { recursive: true });
  await using emulator = await startEmulator({
    ...(await emulatorOptions(options)),
    engine: await loadEngine(options),
  });
  if (typeof options.tls === "string") await writeFile(options.tls, emulator.certificate ?? "");
  const following = follow(emulator, options);
  console.log(`Listening on ${emulator.url}`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await emulator.close();
  await following;
}

async function emulatorOptions(options: CommandOptions): Promise<EmulatorOptions> {
  const {
    allowedHost,
    apiKey,
    token,
    fault,
    sessionLimit,
    sessionsPerMinute,
    sessionLimitCode,
    tls,
    tlsName,
    tlsKey,
    tlsCert,
    ...others
  } = options;
  const { engine: _engine, record: _record, script: _script, play: _play, quiet: _quiet, ...plain } = others;
  return {
    ...plain,
    tls: await tlsOption(options),
    ...(allowedHost && { allowedHosts: allowedHost }),
    ...(apiKey && { apiKeys: apiKey }),
    ...(token && { tokens: token }),
    ...(fault && { faults: fault }),
    sessionLimit: {
      code: sessionLimitCode === "3009" ? 3_009 : 1_008,
      ...(sessionLimit !== undefined && { most: sessionLimit }),
      ...(sessionsPerMinute !== undefined && { perMinute: sessionsPerMinute }),
    },
  };
}

async function tlsOption({ tls, tlsName, tlsKey, tlsCert }: CommandOptions): Promise<EmulatorOptions["tls"] & {}> {
  if ((tlsKey === undefined) !== (tlsCert === undefined))
    throw new EmulatorError("invalid-options", "--tls-key and --tls-cert need each other. Pass both, or --tls.");
  if (tlsKey !== undefined && tlsCert !== undefined)
    return { key: await readFile(tlsKey, "utf8"), cert: await readFile(tlsCert, "utf8") };
  if (tlsName !== undefined) return { names: tlsName };
  return tls !== undefined;
}

/** Prints what happens, and records each session when it has ended. */
async function follow(emulator: Emulator, { record, quiet }: CommandOptions): Promise<void> {
  for await (const event of emulator.events()) {
    const line = describeEvent(event);
    if (line !== undefined && !quiet) console.log(line);
    if (event.type !== "ended" || record === undefined) continue;
    await writeFile(join(record, `session-${event.session.index}.jsonl`), recordingOf(event.session));
  }
}

function describeEvent(event: EmulatorEvent): string | undefined {
  switch (event.type) {
    case "begun":
      return `session ${event.session.index}: begun, ${event.session.parameters?.speech_model}`;
    case "fault":
      return `session ${event.session.index}: fault ${JSON.stringify(event.fault)}`;
    case "ended": {
      const { audio, index } = event.session;
      const heard = `${(audio.receivedMs / 1_000).toFixed(1)} s of audio`;
      return `session ${index}: ended with ${event.end.code || "no WebSocket"}, ${heard}`;
    }
    case "token":
      return `token: ${event.status}`;
    default:
      return undefined;
  }
}

/** The operating system's message about a file or folder. */
function systemMessage(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "path" in error ? error.message : undefined;
}
