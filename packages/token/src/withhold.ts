const shortestTelling = 8;
const longestText = 400;

/**
 * `text` as it may be shown: cut to a length, and withheld altogether where it holds the secret or eight characters
 * in a row of it. Part counts, because other libraries quote headers cut short or escaped.
 */
export function withhold(text: string, secret: string): string {
  if (holdsPart(text, secret)) return "(text withheld: it holds part of the API key)";
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

function holdsPart(text: string, secret: string): boolean {
  const size = Math.min(shortestTelling, secret.length);
  if (size === 0) return false;
  for (let start = 0; start + size <= secret.length; start++) {
    if (text.includes(secret.slice(start, start + size))) return true;
  }
  return false;
}

/**
 * A copy of a foreign error that is safe to attach as `cause`: names, codes and messages of its chain, without
 * the stack and the properties, where HTTP clients like to keep the headers that they sent.
 */
export function safeCause(error: unknown, secret: string): Error {
  const copy = new Error(withhold(describe(error), secret));
  copy.stack = `${copy.name}: ${copy.message}`;
  return copy;
}

/** The chain of an error in one line, innermost last: `fetch failed: connect ECONNREFUSED 127.0.0.1:1`. */
function describe(error: unknown): string {
  const parts: string[] = [];
  let current = error;
  for (let depth = 0; depth < 4 && current !== undefined && current !== null; depth++) {
    if (!(current instanceof Error)) {
      parts.push(typeof current === "string" ? current : typeof current);
      break;
    }
    const code = "code" in current && typeof current.code === "string" ? current.code : "";
    const text = current.message === "" ? current.name : current.message;
    parts.push(code === "" || text.includes(code) ? text : `${text} (${code})`);
    current = current.cause;
  }
  return parts.join(": ") || "unknown error";
}
