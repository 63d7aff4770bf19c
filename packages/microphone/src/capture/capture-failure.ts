import { MicrophoneError, type MicrophoneErrorCode } from "../microphone-error.ts";

const failures: Readonly<Record<string, readonly [MicrophoneErrorCode, string]>> = {
  NotAllowedError: [
    "permission-denied",
    "Access to the microphone was denied. Allow it for this page in the browser's address bar, and for the browser in the system's settings; a page in a frame needs allow=\"microphone\".",
  ],
  NotFoundError: ["no-device", "There is no microphone. Plug one in, or turn it on in the system's settings."],
  OverconstrainedError: [
    "no-device",
    "No microphone matches the deviceId or the constraints. Choose one from listMicrophones(), and constraints that it can meet.",
  ],
  NotReadableError: [
    "device-in-use",
    "The microphone cannot be used. Close other programs that use it, or choose another.",
  ],
};

/** Turns what `getUserMedia` failed with into an error that says what to do. `asked` is what was requested. */
export async function captureFailure(cause: unknown, asked: MediaTrackConstraints): Promise<MicrophoneError> {
  let name = cause instanceof Error ? cause.name : "";
  // WebKit uses this name for any request if there is no microphone.
  if (name === "OverconstrainedError" && !(await hasMicrophone())) name = "NotFoundError";
  if (name === "NotAllowedError" && (await permission()) === "prompt") {
    return new MicrophoneError(
      "permission-dismissed",
      "The permission prompt was dismissed. Ask again, and allow the microphone.",
      { cause },
    );
  }
  const aliases: Readonly<Record<string, string>> = {
    SecurityError: "NotAllowedError",
    AbortError: "NotReadableError",
  };
  const [code, message] = failures[aliases[name] ?? name] ?? [
    "unsupported",
    `The browser cannot capture audio: ${cause}. Use a current browser, and constraints that it supports.`,
  ];
  return new MicrophoneError(code, name === "OverconstrainedError" ? `${message}${unmet(cause, asked)}` : message, {
    cause,
  });
}

/** The constraint that could not be met, with the requested value. */
function unmet(cause: unknown, asked: MediaTrackConstraints): string {
  const named = typeof cause === "object" && cause !== null && "constraint" in cause ? String(cause.constraint) : "";
  const [name, value] = Object.entries(asked).find(([key]) => key === named) ?? Object.entries(asked)[0] ?? [];
  return name === undefined ? "" : ` Asked for: ${name} ${JSON.stringify(value)}.`;
}

async function hasMicrophone(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => undefined);
  return devices === undefined || devices.some(({ kind }) => kind === "audioinput");
}

/** The state of the permission, if the browser reports it. */
async function permission(): Promise<PermissionState | undefined> {
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state;
  } catch {
    return undefined;
  }
}

/** @throws MicrophoneError if audio cannot be captured here, even with the visitor's permission. */
export function assertCapturing(): void {
  if (typeof document === "undefined") {
    throw new MicrophoneError(
      "unsupported",
      "There is no page: microphones can be opened only in a page, not on a server or in a worker. Call this in the browser, for example in a click handler.",
    );
  }
  if (!globalThis.isSecureContext) {
    throw new MicrophoneError(
      "insecure-context",
      "Browsers allow microphones only in secure pages. Serve this page over HTTPS, or from localhost.",
    );
  }
  if (!("mediaDevices" in navigator) || !("AudioWorkletNode" in globalThis)) {
    throw new MicrophoneError(
      "unsupported",
      "This browser has no microphone capture or no AudioWorklet. Use a current browser.",
    );
  }
}
