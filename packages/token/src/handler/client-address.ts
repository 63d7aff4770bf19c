import ipaddr from "ipaddr.js";

/** A header that your proxy sets, and how many of your proxies in a row append to it. */
export interface TrustedProxy {
  /** `x-forwarded-for`, or a header with a single address: `cf-connecting-ip`, `fly-client-ip`, … */
  readonly header: string;
  /**
   * How many of your proxies append to the header, counted from this server.
   * @default 1
   */
  readonly proxies?: number | undefined;
}

/** Where a client's address comes from: a declared proxy, or the platform (`(request) => request.ip`). */
export type AddressSource = TrustedProxy | ((request: Request) => string | undefined);

/**
 * The client's address in the form that rate limits count by, or undefined if the declared source has none. Of a forwarding
 * header, only the entry written by the outermost of your proxies is trusted: everything left of it came from the client.
 */
export function clientAddress(request: Request, source: AddressSource): string | undefined {
  const text = typeof source === "function" ? source(request) : forwarded(request.headers, source);
  return text === undefined ? undefined : addressKey(text);
}

function forwarded(headers: Headers, { header, proxies = 1 }: TrustedProxy): string | undefined {
  return headers.get(header)?.split(",").at(-proxies);
}

/**
 * One key for each client: without the port, an IPv4-mapped IPv6 address as IPv4, and an IPv6 address as its /64, because
 * one subscriber has the whole /64.
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
