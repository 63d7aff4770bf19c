import { access, constants, type FileHandle, open, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UsageError } from "../command/usage-error.ts";
import type { TextOutput } from "./text-output.ts";

/** A file that is written; an older one of that name stays until the first text arrives. */
export interface OutputFile extends TextOutput {
  /** Rejects if not all of the text was written. */
  close(): Promise<void>;
}

/**
 * @param source the input, which is never overwritten
 * @throws UsageError if no file can be created there
 */
export async function outputFile(path: string, source: string): Promise<OutputFile> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw new UsageError(`${path} is a folder. Name a file after --output.`);
  if (existing && source !== "-" && (await isSameFile(path, source)))
    throw new UsageError(`${path} is the input. Name another file after --output.`);
  await access(existing ? path : dirname(resolve(path)), constants.W_OK).catch((error: unknown) => {
    throw new UsageError(cannotWrite(path, error));
  });
  const failure = new AbortController();
  let handle: FileHandle | undefined;
  return {
    failed: failure.signal,
    async write(text) {
      if (failure.signal.aborted) return;
      try {
        handle ??= await open(path, "w");
        await handle.writeFile(text);
      } catch (error) {
        failure.abort(new Error(cannotWrite(path, error), { cause: error }));
      }
    },
    async close() {
      await handle?.close();
      failure.signal.throwIfAborted();
    },
  };
}

async function isSameFile(path: string, source: string): Promise<boolean> {
  const [a, b] = await Promise.all([realpath(path), realpath(source).catch(() => undefined)]);
  return a === b;
}

function cannotWrite(path: string, error: unknown): string {
  const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return `${path} cannot be written (${reason}). Name another file after --output.`;
}
