import { keyHeaders } from "@voxpipe/core";
import { version } from "./version.ts";

/**
 * The headers of a server's handshake: the client's name, and the key if there is one. Deno prepends its own `User-Agent`.
 *
 * @param runtime Name and version, such as `Node/20.19.0`.
 */
export function handshakeHeaders(runtime: string, apiKey: string | undefined): Record<string, string> {
  return { "User-Agent": `voxpipe/${version} (${runtime})`, ...(apiKey !== undefined && keyHeaders(apiKey)) };
}
