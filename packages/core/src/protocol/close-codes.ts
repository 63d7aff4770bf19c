import type { SocketEnd } from "../connection/socket.ts";
import { StreamingError, type StreamingErrorCode } from "../errors/streaming-error.ts";

type Verdict = readonly [code: StreamingErrorCode, retryable: boolean, remedy: string];

const network: Verdict = ["connection-lost", true, "Check the network between here and the service."];
const account: Verdict = ["unauthorized", false, "Check the key or token, and that the account may stream."];
const busy: Verdict = [
  "too-many-sessions",
  true,
  "The account's limit on new sessions a minute is reached; it grows while it is used. Wait a minute, or raise the limit.",
];
const server: Verdict = ["server-error", true, "The service failed; try again later."];
const message: Verdict = ["invalid-message", false, "Correct the parameter that the service names."];
/** Sent while the service, or a gateway before it, is replaced. */
const replaced: Verdict = [
  "connection-lost",
  true,
  "The service, or a gateway before it, is being replaced; try again.",
];
const audio: Verdict = ["audio-rejected", false, "Check sampleRate and encoding against the audio, and pace."];
const expired: Verdict = ["session-expired", true, "Start a new session."];
const over: Verdict = ["session-expired", false, "Start a new session."];
const inactive: Verdict = ["inactivity", true, "Send audio or keepAlive(), or raise inactivityTimeout."];

/** Names of credentials in the service's texts. */
const credentials =
  /unauthori[sz]ed|not authori[sz]ed|api key|authori[sz]ation|(invalid|expired) token|token (has )?expired/i;
const spentToken =
  "It has expired or was already used: mint a new token for every attempt by passing a function as the option token.";

/** Protocol section 5: what a close code, or an Error's `error_code`, means, and whether a new attempt may help. */
const verdicts: Readonly<Record<number, Verdict>> = {
  1000: [
    "server-error",
    false,
    "The service closed the connection before the session began; check apiHost and the parameters.",
  ],
  1001: replaced,
  1002: ["server-error", true, "A proxy on the way may have changed the messages; try without it."],
  1003: ["invalid-message", false, "The server does not accept this kind of message; check apiHost and encoding."],
  1005: ["connection-lost", true, "No reason was given; try again, and see the service's status if it happens again."],
  1006: network,
  1007: ["invalid-message", false, "The server could not read a message; check apiHost, encoding and the parameters."],
  1008: account,
  1009: ["audio-rejected", false, "A message was larger than the service accepts (128 KB): lower frameDuration."],
  1010: ["server-error", false, "The server requires a WebSocket extension that this client lacks; check apiHost."],
  1011: server,
  1012: replaced,
  1013: ["server-error", true, "The service is overloaded; try again later."],
  1014: replaced,
  1015: ["connection-failed", true, "TLS failed: check the certificate of apiHost, and this machine's clock."],
  3005: server,
  3006: message,
  3007: audio,
  3008: expired,
  3009: busy,
  410: ["invalid-message", false, "The endpoint is retired; set apiHost to a v3 host."],
  4000: message,
  4001: account,
  4002: account,
  4003: account,
  4004: over,
  4008: over,
  4010: over,
  4029: ["audio-rejected", true, "Lower pace.rate."],
  4030: server,
  4031: inactive,
  4032: audio,
  4033: audio,
  4034: audio,
  4100: message,
  4101: message,
  4102: ["too-many-sessions", false, "End other sessions, or raise the account's limit."],
  4103: server,
};

/** The facts about an attempt that its error needs. */
export interface Attempt {
  /** The credential was a temporary token, although the service calls it a key. */
  readonly byToken: boolean;
  /** Length of the URL, in characters. */
  readonly urlLength: number;
}

const unknownAttempt: Attempt = { byToken: false, urlLength: 0 };

/** How the service ended a connection: its own words (an Error message, or the close reason) and its code, 0 for none. */
export function errorFromCloseCode(
  code: number,
  text: string,
  sessionId?: string,
  attempt: Attempt = unknownAttempt,
): StreamingError {
  const [kind, retryable, message] = explain(code, text, attempt);
  return new StreamingError(kind, message, { closeCode: code || undefined, sessionId, retryable });
}

/** The verdict on a code, with the whole message instead of the remedy. */
function explain(code: number, text: string, { byToken }: Attempt): Verdict {
  const [kind, retryable, remedy] = verdict(code, text);
  if (byToken && kind === "unauthorized" && (code === 4001 || credentials.test(text))) {
    const said = [code && `code ${code}`, text && JSON.stringify(text)].filter(Boolean).join(", ");
    return [kind, retryable, `The service rejected the token (${said}). ${spentToken}`];
  }
  const what = text || "The connection was closed";
  return [kind, retryable, `${code ? `${what} (code ${code})` : what}. ${remedy}`];
}

function verdict(code: number, text: string): Verdict {
  if (code === 1008 && /concurren|too many/i.test(text)) return busy;
  if (code === 3006 && /inactiv/i.test(text)) return inactive;
  if (code === 0 && credentials.test(text)) return account;
  return verdicts[code] ?? ["server-error", false, "This version of voxpipe does not know the code."];
}

/** The error for a connection that never opened, or that broke. */
export function errorFromSocketEnd(
  end: SocketEnd,
  opened: boolean,
  host: string,
  sessionId?: string,
  attempt: Attempt = unknownAttempt,
): StreamingError {
  const details = { closeCode: end.code, status: end.status, sessionId, cause: end.cause };
  if (end.failure) {
    const { code, message: explained, retryable } = end.failure;
    return new StreamingError(code, explained, { ...details, retryable });
  }
  if (end.status !== undefined) {
    const refused = end.status === 401 || end.status === 403;
    const said = end.body ? ` (${JSON.stringify(end.body)})` : "";
    return new StreamingError(
      refused ? "unauthorized" : "handshake-rejected",
      `${host} answered the WebSocket handshake with HTTP ${end.status}${said}. ${handshakeRemedy(end.status, attempt)}`,
      {
        ...details,
        retryable: end.status === 429 || end.status >= 500,
        retryAfterSeconds: end.retryAfterSeconds,
      },
    );
  }
  const broken = opened ? brokenMessage(end.cause) : undefined;
  if (broken !== undefined) {
    const text = `${host} sent an unreadable message: ${broken}. The service or a proxy is at fault; try again, or without the proxy.`;
    return new StreamingError("server-error", text, { ...details, retryable: true });
  }
  if (!opened) {
    const why = end.cause instanceof Error ? `: ${end.cause.message}` : "";
    return new StreamingError("connection-failed", `No connection to ${host}${why}. Check apiHost and the network.`, {
      ...details,
      retryable: true,
    });
  }
  const [kind, retryable, explained] = explain(end.code, end.reason || `The connection to ${host} was lost`, attempt);
  return new StreamingError(kind, explained, { ...details, retryable });
}

/** Why `ws` rejected a message: too large, not UTF-8, or not framed by the protocol. */
function brokenMessage(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" && cause.code.startsWith("WS_ERR_") ? cause.message : undefined;
}

/** Servers and proxies usually accept 8 KiB for the whole request; some only half of it. */
const longUrl = 4096;

function handshakeRemedy(status: number, { byToken, urlLength }: Attempt): string {
  if (status === 401 || status === 403) return byToken ? `The token was rejected. ${spentToken}` : account[2];
  if (status === 407) return "A proxy requires a user name and password: pass them to the agent.";
  if (status === 414 || status === 431 || (status === 400 && urlLength > longUrl)) {
    const length = urlLength > 0 ? `, of ${urlLength} characters,` : "";
    return `The URL${length} is too long. Shorten extraParams, prompt or keytermsPrompt; updateConfiguration() can send the latter two after Begin.`;
  }
  if (status >= 300 && status < 400)
    return "Redirects are not followed, so that key and audio are sent nowhere else. Set apiHost to the final host.";
  return status >= 500 || status === 429 ? "Try again later, or check apiHost." : "Check apiHost.";
}
