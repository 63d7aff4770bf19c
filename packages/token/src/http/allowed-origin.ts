import { parsedUrl } from "../request/parsed-url.ts";

const webSchemes = ["http:", "https:"];
/** Pages with these schemes have no origin of their own: browsers send `null`, or the origin of the embedded page. */
const originless = ["file:", "data:", "blob:", "about:", "javascript:", "ws:", "wss:", "ftp:"];

/**
 * Why a text can never be the `Origin` of a request, and what to write instead; undefined if it can. Browsers send scheme,
 * host and port, with the host in lower case and without a path. Apps and extensions have their own schemes.
 */
export function originFault(text: string): string | undefined {
  if (text === "null") return "is sent by every sandboxed frame and local file, so it identifies no page";
  const [, scheme = "", host = ""] = /^([^:/?#]*:)\/\/([^/?#]*)/.exec(text) ?? [];
  if (text === "*" || host.includes("*"))
    return "contains a wildcard, but origins are compared as a whole: list each one, or decide in authorize";
  if (scheme === "") return `is not an origin: write scheme and host, ${JSON.stringify("https://app.example")}`;
  if (originless.includes(scheme.toLowerCase())) return `has the scheme ${scheme}, which no page's origin has`;
  const wanted = webSchemes.includes(scheme.toLowerCase()) ? parsedUrl(text)?.origin : ownOrigin(scheme, host);
  if (wanted === undefined) return "is not an origin: it has no valid host";
  return wanted === text ? undefined : `is not as browsers send it: write ${JSON.stringify(wanted)}`;
}

/** For an app or an extension: `chrome-extension://…`, `moz-extension://…`, `capacitor://localhost`, `tauri://localhost`. */
function ownOrigin(scheme: string, authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (!/^[a-z][a-z\d+.-]*:$/i.test(scheme) || !/^[\w.~-]+(?::\d+)?$/.test(host)) return undefined;
  return `${scheme.toLowerCase()}//${host}`;
}
