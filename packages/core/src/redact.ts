/** Shorter secrets are no secrets, and would tear words apart. */
const shortest = 3;
/** Secrets of this length are known by their first half too: close reasons and messages cut long texts off. */
const long = 32;

/** Replaces keys and tokens, plain and URL-encoded, wherever they stand in a text. */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret.length >= shortest).flatMap((secret) => [secret, ...encoded(secret)]);
  if (forms.length === 0) return text;
  // Longer forms first, so that none is replaced in part; in one pass, so that no replacement is replaced.
  const whole = forms.sort((a, b) => b.length - a.length).map(escaped);
  const cutOff = forms
    .filter((form) => form.length >= long)
    .map((form) => `${escaped(form.slice(0, long / 2))}[^\\s"'&]*`);
  return text.replace(new RegExp([...whole, ...cutOff].join("|"), "g"), "[redacted]");
}

/**
 * As `encodeURIComponent` shows it, and as a URL's query does (they differ in `!'()*~` and the space); within JSON, and
 * within JSON that is quoted in JSON.
 */
function encoded(secret: string): string[] {
  const wellFormed = secret.replace(/\p{Surrogate}/gu, "\ufffd");
  const inUrl = [encodeURIComponent(wellFormed), new URLSearchParams({ "": wellFormed }).toString().slice(1)];
  return [...inUrl, inJson(secret), inJson(inJson(secret))];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escaped(form: string): string {
  return form.replace(/[^\w]/g, "\\$&");
}

/**
 * A cause that is safe to hand on: name, message, stack and `code` of what was thrown, secrets replaced, and none of its
 * other properties, since request objects and headers hang on errors.
 */
export function redactCause(cause: unknown, secrets: readonly string[]): Error | undefined {
  if (cause === undefined || cause === null) return undefined;
  const source: unknown = cause;
  const read = (key: string): unknown => (typeof source === "object" ? Reflect.get(source ?? {}, key) : undefined);
  const text = (key: string): string | undefined => {
    const value = read(key);
    return typeof value === "string" ? redact(value, secrets) : undefined;
  };
  const safe = new Error(text("message") || text("code") || redact(shown(cause), secrets));
  safe.name = text("name") ?? "Error";
  const stack = text("stack");
  if (stack) safe.stack = stack;
  const code = text("code");
  return code ? Object.assign(safe, { code }) : safe;
}

function shown(cause: unknown): string {
  try {
    return String(cause);
  } catch {
    return typeof cause;
  }
}
