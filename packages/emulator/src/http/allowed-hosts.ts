import { X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { EmulatorError } from "../emulator-error.ts";
import { parsedUrl } from "./parsed-url.ts";

/** What decides which names an emulator answers to. */
export interface HostRule {
  /** The address that it listens on. */
  readonly host: string;
  /** Names that it was given. */
  readonly allowedHosts: readonly string[];
  /** The certificate it serves, PEM. */
  readonly certificate: string | undefined;
}

/**
 * The names under which an emulator answers. A page that points its own name at loopback (DNS rebinding) is of the same
 * origin as the emulator, so the browser would let it read sessions and set faults. Its requests carry that name in `Host`.
 */
export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  readonly #certificate: X509Certificate | undefined;

  /** @throws EmulatorError `invalid-options` if a name is not one */
  constructor({ host, allowedHosts, certificate }: HostRule) {
    this.#names = new Set([...allowedHosts.map(checkName), hostName(bracketed(host)) ?? host]);
    this.#certificate = certificate === undefined ? undefined : new X509Certificate(certificate);
  }

  /** Why a request is refused; `undefined` if it is not. */
  refusal(request: IncomingMessage): string | undefined {
    const { host } = request.headers;
    const name = host === undefined ? undefined : hostName(host);
    if (name !== undefined && this.#answersTo(name, request.socket.localAddress)) return undefined;
    const remedy = "Use localhost, or start the emulator with this name in `allowedHosts` (`--allowed-host`).";
    return `The emulator does not answer to the host ${shown(host)}. ${remedy}`;
  }

  #answersTo(name: string, localAddress: string | undefined): boolean {
    if (isLoopback(name) || this.#names.has(name)) return true;
    if (localAddress !== undefined && hostName(bracketed(localAddress)) === name) return true;
    // The client has compared the certificate with this name, or the certificate was made for it.
    return this.#certificate?.checkHost(name) !== undefined;
  }
}

/** Why a request of a web page is refused: the page is of another origin. `undefined` if it is not. */
export function originRefusal({ headers: { origin, host } }: IncomingMessage): string | undefined {
  if (origin === undefined) return undefined;
  const own = parsedUrl(origin)?.host;
  if (own !== undefined && own === host?.toLowerCase()) return undefined;
  return `Pages of ${shown(origin)} cannot control the emulator. Send the request from a program, or from your test.`;
}

/** `Host` without its port, as URLs write it; `undefined` if it is no host. */
function hostName(host: string): string | undefined {
  if (!/^(\[[\da-fA-F:.]+\]|[^\s:/?#@\\[\]]+)(:\d*)?$/.test(host)) return undefined;
  return parsedUrl(`http://${host}`)?.hostname.replace(/\.$/, "");
}

/** An address as a URL has it. */
function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function isLoopback(name: string): boolean {
  if (name === "localhost" || name.endsWith(".localhost") || name === "[::1]") return true;
  return /^127\.\d+\.\d+\.\d+$/.test(name) || /^\[::ffff:7f[\da-f]{2}:[\da-f]{1,4}\]$/.test(name);
}

function checkName(given: string): string {
  const address = isIP(given) === 6 ? bracketed(given) : given;
  const name = hostName(address);
  if (name !== undefined && !/:\d*$/.test(address)) return name;
  throw new EmulatorError(
    "invalid-options",
    `\`allowedHosts\` has ${shown(given)}: give a host's name or address without scheme, port and path.`,
  );
}

const longestShown = 100;

function shown(text: string | undefined): string {
  return text === undefined ? "(none given)" : JSON.stringify(text.slice(0, longestShown));
}
