import ipaddr from "ipaddr.js";

/** A header that a proxy of yours sets, and how many of your proxies stand in a row and append to it. */
export interface TrustedProxy {
  /** `x-forwarded-for`, or one that holds a single address: `cf-connecting-ip`, `fly-client-ip`, … */
  readonly header: string;
  /** How many proxies append to the header, counted from this server. Default 1. */
  readonly proxies?: number | undefined;
}

/** Where a client's address comes from: a declared proxy, or the platform (`(request) => request.ip`). */
export type AddressSource = TrustedProxy | ((request: Request) => string | undefined);

/**
 * The client's address in the form that rate limits count by, or undefined where the declared source does not yield
 * one. Of a forwarding header only the entry that the outermost of your proxies wrote is believed: whatever stands
 * left of it came from the client.
 */
export function clientAddress(request: Request, source: AddressSource): string | undefined {
  const text = typeof source === "function" ? source(request) : forwarded(request.headers, source);
  return text === undefined ? undefined : addressKey(text);
}

function forwarded(headers: Headers, { header, proxies = 1 }: TrustedProxy): string | undefined {
  return headers.get(header)?.split(",").at(-proxies);
}

/**
 * One key for one client: without a port, an IPv4 address in IPv6 as what it is, and an IPv6 address as its /64, since a
 * single subscriber holds all of those.
 */
export function addressKey(text: string): string | undefined {
  const bare = text.trim().replace(/^\[(.*)\](?::\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$/, "$1$2");
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare).toString();
  if (!ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(":")}::/64`;
}
