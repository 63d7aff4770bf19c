import { assertCapturing } from "./capture/capture-failure.ts";
import { CapturedMicrophone } from "./capture/captured-microphone.ts";
import type { Microphone } from "./microphone.ts";
import { checkOptions, type MicrophoneOptions } from "./microphone-options.ts";

/**
 * Opens a microphone and provides its audio as mono s16le. The browser may ask the visitor for permission.
 *
 * Call it in a click handler, before the token is fetched and the session connects: audio from then on waits in `readable`.
 * If `signal` aborts while the visitor is being asked, no microphone stays open.
 *
 * @throws MicrophoneError; its `code` says why.
 * @example
 * const microphone = await openMicrophone();
 * const session = connect({ token: tokenFrom("/api/token"), sampleRate: microphone.sampleRate });
 * microphone.readable.pipeTo(session.audio).catch(() => {}); // the reader of session.events gets its error
 */
export async function openMicrophone(options: MicrophoneOptions = {}): Promise<Microphone> {
  const settings = checkOptions(options);
  assertCapturing();
  const microphone = new CapturedMicrophone(settings);
  await microphone.open();
  return microphone;
}
