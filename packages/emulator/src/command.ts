import { once } from "node:events";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EmulatorError } from "./emulator-error.ts";
import { startEmulator } from "./server.ts";

/**
 * The command `voxpipe-emulator`: serves until it is interrupted.
 *
 * @returns the exit code: 0, 1 where the server could not start, 2 for wrong use
 */
export async function runCommand(args: readonly string[], interrupted = interruption()): Promise<number> {
  const command = describeCommand();
  try {
    command.parse(args, { from: "user" });
    const options = command.opts<{ port: number; host: string; apiKey?: string[] }>();
    await using emulator = await startEmulator({
      port: options.port,
      host: options.host,
      ...(options.apiKey && { apiKeys: options.apiKey }),
    });
    console.log(`Listening on ${emulator.url}`);
    await interrupted;
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof EmulatorError)) throw error;
    console.error(error.message);
    return 1;
  }
}

function describeCommand(): Command {
  return new Command("voxpipe-emulator")
    .description("A local Streaming v3 server: point a client's host at it.")
    .option("--port <number>", "port to listen on; 0 takes any free one", portNumber, 8_765)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--api-key <key...>", "accept only these API keys; otherwise any key will do")
    .exitOverride();
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Give a whole number from 0 to 65535.");
}

async function interruption(): Promise<void> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}
