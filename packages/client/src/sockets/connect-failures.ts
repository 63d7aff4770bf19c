import type { ExplainedFailure } from "@voxpipe/core";

/** What is known about an attempt in Node that did not reach the service. */
export interface FailedAttempt {
  readonly url: string;
  /** The option `agent` was given. */
  readonly throughAgent: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const untrusted: ReadonlySet<string> = new Set([
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** The failure for an error that came before the socket opened, with a remedy for proxies and certificates. */
export function connectFailure(error: Error, code: string, attempt: FailedAttempt): ExplainedFailure {
  const { host } = new URL(attempt.url);
  const through = attempt.throughAgent ? " through the agent" : "";
  const refused = attempt.throughAgent && /authentication failed/i.test(error.message);
  // Some errors have only a code: Node's for several addresses that all failed.
  const why = error.message || code || error.name;
  return {
    code: "connection-failed",
    message: `No connection to ${host}${through}: ${why.replace(/\.$/, "")}. ${remedy(code, refused, attempt)}`,
    retryable: !refused,
  };
}

/** A proxy's answer to CONNECT that is not 200. It says nothing about the service. */
export function refusedByProxy(status: number, reason: string, url: string): ExplainedFailure {
  const { host } = new URL(url);
  const answer = reason === "" ? `HTTP ${status}` : `HTTP ${status} ${reason}`;
  return {
    code: "handshake-rejected",
    message: `The proxy did not connect to ${host} (${answer}). ${proxyRemedy(status)}`,
    retryable: status === 429 || status >= 500,
  };
}

function proxyRemedy(status: number): string {
  if (status === 407) return "A proxy requires a user name and password: pass them to the agent.";
  if (status >= 500) return "Check apiHost, and whether the proxy can reach it.";
  return "Its rules do not allow this host or port: have them allowed, or use another proxy.";
}

function remedy(code: string, refused: boolean, { throughAgent, env }: FailedAttempt): string {
  if (refused) return "Check the user name and password in the proxy's URL.";
  if (untrusted.has(code))
    return "If a proxy of your network replaces certificates, set NODE_EXTRA_CA_CERTS to the file of its CA certificate when Node starts.";
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") return "Check this machine's clock, and apiHost.";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "Check apiHost: the certificate is another host's.";
  if (throughAgent) return "Check the proxy's address, user name and password, and apiHost.";
  const variable = proxyVariable(env);
  if (variable !== undefined)
    return `${variable} is set, but sessions do not read it: pass agent: new HttpsProxyAgent(process.env.${variable}) of https-proxy-agent.`;
  return "Check apiHost and the network. If it requires a proxy, pass an agent, such as one of https-proxy-agent.";
}

function proxyVariable(env: FailedAttempt["env"]): string | undefined {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
  return names.find((name) => env[name] !== undefined && env[name] !== "");
}
