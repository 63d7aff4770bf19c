import type { AudioStream } from "@voxpipe/core";
import type { OpenSource } from "../streaming-client/audio-source.ts";

/**
 * Sends a source into a session, as fast as the session takes it, and ends the session's audio with it. A failure of the
 * source reaches the session behind all audio that came before it; a failure of the session gives up the source. Never
 * rejects: the reader of the session's events gets either failure.
 *
 * @param onEnd Called when the source has ended well.
 */
export async function sendAudio(source: OpenSource, audio: AudioStream, onEnd: () => void): Promise<void> {
  const writer = audio.getWriter();
  let sessionEnded = false;
  // Also while the source is being waited for.
  writer.closed.catch(() => {
    sessionEnded = true;
    source.cancel();
  });
  let last: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      const { done, value } = await source.next();
      if (sessionEnded) return;
      if (done) break;
      last = writer.write(value);
      last.catch(() => {});
      await writer.ready;
    }
    onEnd();
    await writer.close();
  } catch (error) {
    // An abort discards what waits in the stream.
    await last.catch(() => {});
    await writer.abort(error).catch(() => {});
  }
}
