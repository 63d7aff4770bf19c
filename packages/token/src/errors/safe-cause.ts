const shortestTelling = 8;
const longestText = 400;
const mostPlaces = 20;

/**
 * Returns `text` cut to a length, or a placeholder if it contains the secret or eight consecutive characters of it.
 * Parts count, because other libraries quote headers cut short or escaped.
 */
export function redact(text: string, secret: string): string {
  if (holdsPart(text, secret)) return "(text withheld: it contains part of the API key)";
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

function holdsPart(text: string, secret: string): boolean {
  const size = Math.min(shortestTelling, secret.length);
  if (size === 0) return false;
  // Ignores case: host names are looked up and quoted in lower case.
  const [shown, hidden] = [text.toLowerCase(), secret.toLowerCase()];
  for (let start = 0; start + size <= hidden.length; start++) {
    if (shown.includes(hidden.slice(start, start + size))) return true;
  }
  return false;
}

/**
 * A copy of a foreign error that is safe as `cause`: the names, codes and messages of its chain. The stack and the
 * properties are left out, because HTTP clients store the headers they sent there.
 */
export function safeCause(error: unknown, secret: string): Error {
  const copy = new Error(redact(describe(error), secret));
  copy.stack = `${copy.name}: ${copy.message}`;
  return copy;
}

/**
 * Like {@link safeCause}, for an error thrown by the user's own code: keeps its name and stack, so that they can find the
 * fault. Stack lines that contain part of the secret are left out.
 */
export function causeFromUserCode(error: unknown, secret: string): Error {
  const copy = safeCause(error, secret);
  if (!(error instanceof Error)) return copy;
  const [name, stack] = [textOf(error, "name"), textOf(error, "stack")];
  if (name !== "" && !holdsPart(name, secret)) copy.name = name;
  const places = stack.split("\n").filter((line) => /^\s+at /.test(line) && !holdsPart(line, secret));
  copy.stack = [`${copy.name}: ${copy.message}`, ...places.slice(0, mostPlaces)].join("\n");
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
    const code = textOf(current, "code");
    const text = textOf(current, "message") || textOf(current, "name");
    parts.push(code === "" || text.includes(code) ? text : `${text} (${code})`);
    current = propertyOf(current, "cause");
  }
  return parts.join(": ") || "unknown error";
}

function textOf(error: Error, property: string): string {
  const value = propertyOf(error, property);
  return typeof value === "string" ? value : "";
}

/** A property of a foreign error, which may be a getter that throws. */
function propertyOf(error: Error, property: string): unknown {
  try {
    return Reflect.get(error, property);
  } catch {
    return undefined;
  }
}
