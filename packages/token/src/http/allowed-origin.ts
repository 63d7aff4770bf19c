const webSchemes = ["http:", "https:"];
/** Pages of these have no origin of their own: browsers send `null`, or the origin of the page within. */
const originless = ["file:", "data:", "blob:", "about:", "javascript:", "ws:", "wss:", "ftp:"];

/**
 * Why a text is never the `Origin` of a request, and what to write instead; undefined if it may be one. Browsers send
 * scheme, host and port, the host in lower case, without a path. Apps and extensions have schemes of their own.
 */
export function originFault(text: string): string | undefined {
  if (text === "null") return "is what every sandboxed frame and local file sends, so it names nobody";
  const [, scheme = "", host = ""] = /^([^:/?#]*:)\/\/([^/?#]*)/.exec(text) ?? [];
  if (text === "*" || host.includes("*"))
    return "holds a wildcard, and origins are compared as a whole: list each one, or decide in authorize";
  if (scheme === "") return `is no origin: write scheme and host, ${JSON.stringify("https://app.example")}`;
  if (originless.includes(scheme.toLowerCase())) return `has a scheme, ${scheme}, of which no page is`;
  const wanted = webSchemes.includes(scheme.toLowerCase()) ? webOrigin(text) : ownOrigin(scheme, host);
  if (wanted === undefined) return "is no origin: it has no valid host";
  return wanted === text ? undefined : `is not as browsers send it: write ${JSON.stringify(wanted)}`;
}

function webOrigin(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

/** Of an app or an extension: `chrome-extension://…`, `moz-extension://…`, `capacitor://localhost`, `tauri://localhost`. */
function ownOrigin(scheme: string, authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (!/^[a-z][a-z\d+.-]*:$/i.test(scheme) || !/^[\w.~-]+(?::\d+)?$/.test(host)) return undefined;
  return `${scheme.toLowerCase()}//${host}`;
}
