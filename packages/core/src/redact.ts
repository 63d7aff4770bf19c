/** Replaces keys and tokens, plain and URL-encoded, wherever they stand in a text. */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = [...secrets].flatMap((secret) => (secret ? [secret, ...encoded(secret)] : []));
  // Longest first, so that a secret which begins another leaves no rest of it.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((clean, form) => clean.replaceAll(form, "[redacted]"), text);
}

/** As a URL's query shows it, and as `encodeURIComponent` does; they differ in `!'()*~` and space. */
function encoded(secret: string): string[] {
  const wellFormed = secret.replace(/\p{Surrogate}/gu, "\ufffd");
  return [new URLSearchParams({ "": wellFormed }).toString().slice(1), encodeURIComponent(wellFormed)];
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
  const safe = new Error(text("message") || text("code") || redact(String(cause), secrets));
  safe.name = text("name") ?? "Error";
  const stack = text("stack");
  if (stack) safe.stack = stack;
  const code = text("code");
  return code ? Object.assign(safe, { code }) : safe;
}
