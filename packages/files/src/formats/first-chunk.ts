import type { Bytes } from "@voxpipe/audio";
import { noAudio } from "../file-errors.ts";

/** Reads the first chunk, so that a file without one fails when it is opened. */
export async function begun(chunks: AsyncGenerator<Bytes, void>, name: string): Promise<AsyncGenerator<Bytes, void>> {
  const first = await chunks.next();
  if (first.done) throw noAudio(name);
  const { value } = first;
  return (async function* () {
    try {
      yield value;
      yield* chunks;
    } finally {
      await chunks.return();
    }
  })();
}
