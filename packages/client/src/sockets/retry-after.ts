/** `Retry-After` as seconds from now: a count of them or an HTTP date (RFC 9110, 10.2.3). Undefined if it is neither, or past. */
export function retryAfterSeconds(header: string | null): number | undefined {
  const text = header ?? "";
  const count = Number(text);
  const seconds = Number.isNaN(count) ? (Date.parse(text) - Date.now()) / 1000 : count;
  return seconds > 0 ? seconds : undefined;
}
