import { assertCapturing } from "./capture/capture-failure.ts";
import { CapturedMicrophone } from "./capture/captured-microphone.ts";
import type { Microphone } from "./microphone.ts";
import { checkOptions, type MicrophoneOptions } from "./microphone-options.ts";

/**
 * Opens a microphone, asking the visitor if the browser wants that, and gives its audio as mono s16le.
 *
 * Call it from a click's handler, before the token is fetched and the session connects: what is said from then on waits in
 * `readable`. Giving up (`signal`) while the visitor is being asked leaves no microphone open.
 *
 * ```ts
 * const microphone = await openMicrophone();
 * const session = connect({ token: tokenFrom("/api/token"), sampleRate: microphone.sampleRate });
 * microphone.readable.pipeTo(session.audio).catch(() => {}); // the reader of session.events gets its error
 * ```
 *
 * @throws MicrophoneError; its `code` says which of the ways this can fail it was.
 */
export async function openMicrophone(options: MicrophoneOptions = {}): Promise<Microphone> {
  const settings = checkOptions(options);
  assertCapturing();
  const microphone = new CapturedMicrophone(settings);
  await microphone.open();
  return microphone;
}
