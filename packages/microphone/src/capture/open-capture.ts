import { unlessAborted } from "../async.ts";
import type { MicrophoneSettings } from "../microphone-options.ts";
import { Capture, type CaptureListener } from "./capture.ts";
import { captureFailure } from "./capture-failure.ts";

/**
 * Requests a device, the default one if `deviceId` is undefined, and captures it; or captures the stream of the settings.
 * A device that is granted after `signal` aborted is released at once.
 *
 * @throws MicrophoneError; or the signal's reason.
 */
export async function openCapture(
  settings: MicrophoneSettings,
  deviceId: string | undefined,
  listener: CaptureListener,
  signal: AbortSignal,
): Promise<Capture> {
  signal.throwIfAborted();
  const stream = settings.stream ?? (await unlessAborted(requestDevice(settings, deviceId), signal, stop));
  try {
    return await Capture.open(stream, settings, listener, signal);
  } catch (error) {
    if (stream !== settings.stream) stop(stream);
    throw error;
  }
}

async function requestDevice({ constraints }: MicrophoneSettings, deviceId: string | undefined): Promise<MediaStream> {
  const audio = { ...constraints, ...(deviceId !== undefined && { deviceId: { exact: deviceId } }) };
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (cause) {
    throw await captureFailure(cause, audio);
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
