import { settledWithin } from "../async.ts";
import { MicrophoneError } from "../microphone-error.ts";
import { blockedByPolicy, type WorkletViolation } from "./worklet-policy.ts";

/** Longest waits, in ms: for the file, and for the browser to report that it is blocked. */
const loadLimit = 30_000;
const probeLimit = 3_000;

/** What of an AudioContext is needed. */
interface WorkletLoader {
  readonly audioWorklet: Pick<AudioWorklet, "addModule">;
}

/** @throws MicrophoneError `worklet-blocked` if the page's policy forbids the file, `worklet-failed` if it does not load. */
export async function addWorklet(context: WorkletLoader, workletUrl: string | URL): Promise<void> {
  const url = new URL(workletUrl, document.baseURI);
  let violation: WorkletViolation | undefined;
  const violated = (event: SecurityPolicyViolationEvent) => {
    // A report-only policy blocks nothing, and reports about other files do not concern this one.
    if (event.disposition === "report" || !names(event.blockedURI, url)) return;
    violation ??= { policy: event.originalPolicy, directive: event.effectiveDirective };
  };
  document.addEventListener("securitypolicyviolation", violated);
  const loading = context.audioWorklet.addModule(url);
  try {
    if (!(await settledWithin(loading, loadLimit))) throw new MicrophoneError("worklet-failed", tooSlow(url));
    await loading.catch(async (cause) => {
      // Firefox reports the worklet itself, and only once for each file; the others do not report worklets.
      if (violation === undefined) await preload(url.href, () => violation !== undefined);
      throw violation === undefined
        ? new MicrophoneError("worklet-failed", notLoaded(url), { cause })
        : new MicrophoneError("worklet-blocked", blockedByPolicy(url, document.baseURI, violation), { cause });
    });
  } finally {
    document.removeEventListener("securitypolicyviolation", violated);
  }
}

/** Whether a report's `blockedURI` names the file; for a Blob it is the scheme alone. */
function names(blocked: string, url: URL): boolean {
  const { href, hash, protocol, origin } = url;
  return [href.slice(0, href.length - hash.length), protocol.slice(0, -1), origin].includes(blocked);
}

function tooSlow(url: URL): string {
  return `The worklet ${url} did not load within ${loadLimit / 1_000} s. Check that its server answers, and try again.`;
}

function notLoaded(url: URL): string {
  const elsewhere = url.protocol.startsWith("http") && url.origin !== location.origin;
  const how = elsewhere ? `as JavaScript and with Access-Control-Allow-Origin for ${location.origin}` : "as JavaScript";
  return `The worklet ${url} did not load. Serve @voxpipe/microphone/worklet.js there ${how}, or pass its address as workletUrl.`;
}

/** Loads a script without running it, until it is known whether a policy blocks it. */
async function preload(url: string, known: () => boolean): Promise<void> {
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
  // The report may arrive one task after the error.
  if (!known()) await new Promise((resolve) => setTimeout(resolve));
}
