import { assertCapturing } from "./capture/capture-failure.ts";
import { MicrophoneError } from "./microphone-error.ts";

/** A microphone to choose from. */
export interface MicrophoneDevice {
  /** For `deviceId` and `setDevice()`. The browser makes it up for each origin. */
  readonly deviceId: string;
  /** Its name, for display. */
  readonly label: string;
}

/** Ids of Chromium's entries for devices that are also listed under their own ids. */
const aliases = new Set(["", "default", "communications"]);

/**
 * Lists the microphones of this machine. Browsers give names only after the visitor has allowed a microphone: call it after
 * `openMicrophone`, and again on the `devicechange` event of `navigator.mediaDevices`.
 *
 * @throws MicrophoneError `insecure-context` or `unsupported`.
 * @example
 * for (const { deviceId, label } of await listMicrophones()) select.add(new Option(label, deviceId));
 */
export async function listMicrophones(): Promise<MicrophoneDevice[]> {
  assertCapturing();
  const inputs = await audioInputs();
  return (
    inputs
      .filter(({ deviceId }) => !aliases.has(deviceId))
      // Firefox can list two devices with one id. By that id, only one of them can be chosen.
      .filter(({ deviceId }, i, all) => all.findIndex((other) => other.deviceId === deviceId) === i)
      .map(({ deviceId, label }, i) => ({ deviceId, label: label || `Microphone ${i + 1}` }))
  );
}

/** Changes when the system's default microphone does: browsers list it first. */
export async function defaultMicrophone(): Promise<string> {
  const [first] = await audioInputs();
  return first === undefined ? "" : `${first.deviceId} ${first.groupId}`;
}

async function audioInputs(): Promise<MediaDeviceInfo[]> {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === "audioinput");
  } catch (cause) {
    throw new MicrophoneError(
      "unsupported",
      `The browser does not list its devices: ${cause}. Call listMicrophones in a visible page; a page in a frame needs allow="microphone".`,
      { cause },
    );
  }
}
