import { MicrophoneError, type MicrophoneErrorCode } from "../microphone-error.ts";

const failures: Readonly<Record<string, readonly [MicrophoneErrorCode, string]>> = {
  NotAllowedError: [
    "permission-dismissed",
    'No tab was shared: the choice was closed, or the system does not let the browser capture. Ask again; a page in a frame needs allow="display-capture".',
  ],
  InvalidStateError: [
    "not-started",
    "Browsers let a visitor share a tab only after a click. Call openTabAudio from a click's handler, before anything is awaited.",
  ],
  NotFoundError: ["no-device", "There is nothing that could be shared."],
  NotReadableError: [
    "device-in-use",
    "The system does not let the browser capture. Allow it in the system's settings.",
  ],
};

/** What `getDisplayMedia` failed with, as an error that says what to do. */
export function tabFailure(cause: unknown): MicrophoneError {
  const name = cause instanceof Error ? cause.name : "";
  const [code, message] = failures[name === "AbortError" ? "NotReadableError" : name] ?? [
    "unsupported",
    `The browser cannot capture a tab: ${cause}. Chromium's browsers on computers can.`,
  ];
  return new MicrophoneError(code, message, { cause });
}

/** What was shared has no sound. */
export function withoutTabAudio(surface: string | undefined): MicrophoneError {
  const what = surface === "browser" ? "tab" : (surface ?? "tab or screen");
  return new MicrophoneError(
    "no-tab-audio",
    `The ${what} was shared without audio. Ask again, and have the visitor choose a tab and switch on its audio. Firefox and Safari share no audio.`,
  );
}
