import { MicrophoneError } from "./microphone-error.ts";

/** The longest wait for a browser to say whether a file is blocked, in ms. */
const probeLimit = 3_000;

/** @throws MicrophoneError `worklet-blocked` where the page's policy forbids the file, `worklet-failed` where it does not load. */
export async function addWorklet(context: AudioContext, url: string | URL): Promise<void> {
  let directive: string | undefined;
  const violated = (event: SecurityPolicyViolationEvent) => {
    directive = event.effectiveDirective;
  };
  document.addEventListener("securitypolicyviolation", violated);
  try {
    await context.audioWorklet.addModule(url);
  } catch (cause) {
    // Firefox tells of the worklet itself, and only once for a file; the others do not tell of worklets.
    if (directive === undefined) await preload(String(url));
    if (directive !== undefined) {
      throw new MicrophoneError(
        "worklet-blocked",
        `The page's Content-Security-Policy (${directive}) blocked the worklet ${url}. Serve @voxpipe/microphone/worklet.js from the page's own origin, and give its address as workletUrl; or add blob: to the policy for a Blob.`,
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

/** Loads a script without running it: that tells of a policy that forbids it. */
async function preload(url: string): Promise<void> {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = url;
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<unknown>((resolve) => {
    for (const type of ["load", "error"]) link.addEventListener(type, resolve, { once: true });
    timer = setTimeout(resolve, probeLimit);
    document.head.append(link);
  });
  clearTimeout(timer);
  link.remove();
}
