import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { RandomAccess } from "@voxpipe/files";
import { UsageError } from "../command/usage-error.ts";
import { standardInput } from "./input-format.ts";

/** An opened file, or standard input. */
export interface Input {
  /** For messages: the file as it was named, or "standard input". */
  readonly name: string;
  /** Length in bytes; absent if it is not known before the end. */
  readonly size: number | undefined;
  readonly bytes: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The same bytes, anywhere in them; absent where they come in order only. */
  readonly access?: RandomAccess;
}

/** The type of standard input: `process.stdin`. */
export type StandardInput = Readable & { readonly isTTY?: boolean };

/** Bytes per read: little enough that a first Ctrl-C has little left to finish; half a second at 16 kHz. */
const chunkSize = 16 * 1024;

/** Opens a file, or standard input for `-`. Throws UsageError, with what to do, if there is nothing to read. */
export async function openInput(source: string, stdin: StandardInput): Promise<Input> {
  if (source === "-") {
    if (stdin.isTTY) {
      throw new UsageError("- reads audio from standard input, which is this terminal. Pipe audio into the command.");
    }
    return { name: standardInput, size: undefined, bytes: byteStream(stdin) };
  }
  const file = await stat(source).catch((error: unknown) => {
    throw unreadable(source, error);
  });
  if (file.isDirectory()) throw new UsageError(`${source} is a directory. Name one audio file in it.`);
  if (file.isFile() && file.size === 0) throw empty(source);
  const reading = createReadStream(source, { highWaterMark: chunkSize });
  await opened(reading).catch((error: unknown) => {
    throw unreadable(source, error);
  });
  const input = { name: source, bytes: byteStream(reading) };
  return file.isFile()
    ? { ...input, size: file.size, access: accessTo(source, file.size) }
    : { ...input, size: undefined };
}

/** Holds the file open only while it reads, so that nothing has to close it. */
function accessTo(path: string, size: number): RandomAccess {
  return {
    size,
    async read(start, end) {
      const file = await open(path);
      try {
        const bytes = new Uint8Array(end - start);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

/** The error for an empty input. */
export function empty(name: string): UsageError {
  return new UsageError(`${name} is empty. Check that recording or copying it succeeded.`);
}

function opened(reading: ReturnType<typeof createReadStream>): Promise<void> {
  return new Promise((resolve, reject) => {
    reading.once("open", () => resolve());
    reading.once("error", reject);
  });
}

function unreadable(source: string, error: unknown): UsageError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR")
    return new UsageError(`${source} does not exist. Check its name and folder.`);
  if (code === "EACCES" || code === "EPERM") {
    return new UsageError(`${source} cannot be read: permission denied. Check its permissions.`);
  }
  return new UsageError(`${source} cannot be opened (${error instanceof Error ? error.message : String(error)}).`);
}

/** Node's chunks as a web stream; cancelling it closes the file or the pipe. */
function byteStream(source: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunks = source.iterator();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        source.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
