/** `00:01:05.250`, with the separator that the format has before the milliseconds. */
export function timestamp(ms: number, separator: "." | ","): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const fraction = String(ms % 1000).padStart(3, "0");
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}${separator}${fraction}`;
}
