import { assertCapturing } from "./capture/capture-failure.ts";
import { MicrophoneError } from "./microphone-error.ts";

/** A microphone to choose from. */
export interface MicrophoneDevice {
  /** For `deviceId` and `setDevice()`. The browser makes it up for this page's origin. */
  readonly deviceId: string;
  /** Its name, for people. */
  readonly label: string;
}

/** Names that Chromium gives to devices which are in the list under their own names too. */
const aliases = new Set(["", "default", "communications"]);

/**
 * The microphones of this machine. Browsers name none before the visitor has allowed one: call it after `openMicrophone`,
 * and again on `navigator.mediaDevices`' `devicechange`.
 *
 * @throws MicrophoneError `insecure-context` or `unsupported`.
 */
export async function listMicrophones(): Promise<MicrophoneDevice[]> {
  assertCapturing();
  const inputs = await audioInputs();
  return inputs
    .filter(({ deviceId }) => !aliases.has(deviceId))
    .map(({ deviceId, label }, i) => ({ deviceId, label: label || `Microphone ${i + 1}` }));
}

/** Changes when the system's default microphone does: browsers list that one first. */
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
      `The browser does not list its devices: ${cause}. Ask in a page that is shown; a page in a frame needs allow="microphone".`,
      { cause },
    );
  }
}
