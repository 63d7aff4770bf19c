import { keyHeaders } from "@voxpipe/core";
import { version } from "./version.ts";

/**
 * The headers of a server's handshake: which client this is, and the key if there is one. Deno sends its own `User-Agent`
 * in front of this one.
 *
 * @param runtime Name and version, such as `Node/20.19.0`.
 */
export function handshakeHeaders(runtime: string, apiKey: string | undefined): Record<string, string> {
  return { "User-Agent": `voxpipe/${version} (${runtime})`, ...(apiKey !== undefined && keyHeaders(apiKey)) };
}
