import { MicrophoneError } from "./microphone-error.ts";

/** @throws MicrophoneError `worklet-blocked` where the page's policy forbids the file, `worklet-failed` where it is not there. */
export async function addWorklet(context: AudioContext, url: string | URL): Promise<void> {
  let directive: string | undefined;
  const violated = (event: SecurityPolicyViolationEvent) => {
    directive = event.effectiveDirective;
  };
  document.addEventListener("securitypolicyviolation", violated);
  try {
    await context.audioWorklet.addModule(url);
  } catch (cause) {
    // The event may come a moment later than the failure.
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (directive !== undefined) {
      throw new MicrophoneError(
        "worklet-blocked",
        `The page's Content-Security-Policy (${directive}) blocked the worklet ${url}. Serve @voxpipe/microphone/worklet.js from the page's own origin, give its address as workletUrl, and allow 'self'; a Blob must be allowed as blob:.`,
        cause,
      );
    }
    throw new MicrophoneError(
      "worklet-failed",
      `The worklet ${url} did not load. Serve @voxpipe/microphone/worklet.js there as JavaScript, or give its address as workletUrl.`,
      cause,
    );
  } finally {
    document.removeEventListener("securitypolicyviolation", violated);
  }
}
