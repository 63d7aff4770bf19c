import { type ExplainedFailure, StreamingError, type StreamingErrorCode } from "@voxpipe/core";

/** The longest message that is accepted, in bytes: a Turn of a minute has about ten kilobytes, an answer of a language model more. */
export const longestMessage = 1024 * 1024;

/** The peer violated the protocol; a new connection may work. */
export function messageTooLong(url: string): ExplainedFailure {
  const what = `sent a message of more than ${longestMessage} bytes; the service's are shorter`;
  return failure("server-error", `${hostOf(url)} ${what}. Check that apiHost is a streaming host.`, true);
}

export function brokenProtocol(url: string, how: string): ExplainedFailure {
  const remedy = "Check that apiHost is a streaming host, and that no proxy changes messages.";
  return failure("server-error", `${hostOf(url)} sent an invalid WebSocket message (${how}). ${remedy}`, true);
}

export function blockedByPolicy(url: string): ExplainedFailure {
  const { origin } = new URL(url);
  return failure(
    "connection-failed",
    `The page's Content-Security-Policy blocks ${origin}. Add ${origin} to its connect-src.`,
  );
}

export function mixedContent(url: string): ExplainedFailure {
  const { host, origin } = new URL(url);
  return failure(
    "connection-failed",
    `The page was loaded over https, so the browser blocks ${origin}, which is not encrypted. Set apiHost to wss://${host}.`,
  );
}

export function noWebSocket(): ExplainedFailure {
  return failure(
    "connection-failed",
    "This runtime has no WebSocket, and loaded voxpipe's build for browsers. " +
      "Resolve voxpipe with the runtime's own export condition (node, bun, deno or workerd).",
  );
}

export function mixedBuilds(): StreamingError {
  return new StreamingError(
    "connection-failed",
    "Two builds are mixed: voxpipe's for Node, and the browser build of its WebSocket library ws. Resolve all packages with the same " +
      'conditions; in Jest with jsdom: testEnvironmentOptions: { customExportConditions: ["node", "node-addons"] }.',
  );
}

/** The platform refused to create a socket. `cause` may quote the URL, which may contain a token. */
export function refusedSocket(url: string, cause: unknown): ExplainedFailure {
  const { origin } = new URL(url);
  const name = cause instanceof Error || isNamed(cause) ? ` (${cause.name})` : "";
  return failure(
    "connection-failed",
    `The browser or runtime refused to open a WebSocket to ${origin}${name}. ` +
      `Check apiHost, extensions that block requests, and that connect-src of the page's Content-Security-Policy has ${origin}.`,
  );
}

/** The socket failed before it opened, and the platform does not say why. */
export function unexplained(url: string): ExplainedFailure {
  const { host, origin } = new URL(url);
  return failure(
    "connection-failed",
    `The WebSocket to ${host} failed, and the platform does not say why. ` +
      `Check apiHost, the network, and that connect-src of the page's Content-Security-Policy has ${origin}.`,
    true,
  );
}

export function wrongAgent(url: string): StreamingError {
  const { protocol } = new URL(url);
  const [wanted, other] = protocol === "wss:" ? ["https.Agent", "http.Agent"] : ["http.Agent", "https.Agent"];
  return new StreamingError(
    "invalid-options",
    `agent cannot open a ${protocol}// connection: it is an ${other}. Use an ${wanted}, or a proxy agent (https-proxy-agent, proxy-agent).`,
  );
}

function isNamed(value: unknown): value is { readonly name: string } {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}

function hostOf(url: string): string {
  return new URL(url).host;
}

function failure(code: StreamingErrorCode, message: string, retryable = false): ExplainedFailure {
  return { code, message, retryable };
}
