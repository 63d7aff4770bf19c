import { MicrophoneError, type MicrophoneErrorCode } from "../microphone-error.ts";

const failures: Readonly<Record<string, readonly [MicrophoneErrorCode, string]>> = {
  NotAllowedError: [
    "permission-denied",
    "The microphone was refused. Allow it for this page in the browser's address bar, and for the browser in the system's settings; a page in a frame needs allow=\"microphone\".",
  ],
  NotFoundError: ["no-device", "There is no microphone. Plug one in, or turn it on in the system's settings."],
  OverconstrainedError: [
    "no-device",
    "No microphone fits the deviceId or the constraints. Choose one of listMicrophones(), and constraints that it can meet.",
  ],
  NotReadableError: [
    "device-in-use",
    "The microphone gives no audio. Close other programs that use it, or choose another.",
  ],
};

/** What `getUserMedia` failed with, as an error that says what to do. `asked` is what it was asked for. */
export async function captureFailure(cause: unknown, asked: MediaTrackConstraints): Promise<MicrophoneError> {
  let name = cause instanceof Error ? cause.name : "";
  // WebKit's name for it, for any request.
  if (name === "OverconstrainedError" && !(await hasMicrophone())) name = "NotFoundError";
  if (name === "NotAllowedError" && (await permission()) === "prompt") {
    return new MicrophoneError(
      "permission-dismissed",
      "The question for the microphone was closed. Ask again, and allow it.",
      { cause },
    );
  }
  const aliases: Readonly<Record<string, string>> = {
    SecurityError: "NotAllowedError",
    AbortError: "NotReadableError",
  };
  const [code, message] = failures[aliases[name] ?? name] ?? [
    "unsupported",
    `The browser cannot capture audio: ${cause}. Use a current one, and constraints that it knows.`,
  ];
  return new MicrophoneError(code, name === "OverconstrainedError" ? `${message}${unmet(cause, asked)}` : message, {
    cause,
  });
}

/** The constraint that could not be met, with what was asked for. */
function unmet(cause: unknown, asked: MediaTrackConstraints): string {
  const named = typeof cause === "object" && cause !== null && "constraint" in cause ? String(cause.constraint) : "";
  const [name, value] = Object.entries(asked).find(([key]) => key === named) ?? Object.entries(asked)[0] ?? [];
  return name === undefined ? "" : ` Asked for: ${name} ${JSON.stringify(value)}.`;
}

async function hasMicrophone(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => undefined);
  return devices === undefined || devices.some(({ kind }) => kind === "audioinput");
}

/** The state of the permission, if the browser says it. */
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
      "There is no page here: microphones are opened in a page, not on a server or in a worker. Call it in the browser, such as in a click's handler.",
    );
  }
  if (!globalThis.isSecureContext) {
    throw new MicrophoneError(
      "insecure-context",
      "Browsers give microphones to secure pages only. Serve this one over HTTPS, or from localhost.",
    );
  }
  if (!("mediaDevices" in navigator) || !("AudioWorkletNode" in globalThis)) {
    throw new MicrophoneError(
      "unsupported",
      "This browser has no microphone capture or no AudioWorklet. Use a current one.",
    );
  }
}
