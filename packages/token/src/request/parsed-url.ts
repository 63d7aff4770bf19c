/** A text as a URL; undefined if it is none. `URL.canParse` of Node 20 and 22 is wrong about `ü` once it has been called often. */
export function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
