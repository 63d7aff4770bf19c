import type { IncomingMessage } from "node:http";
import type { Fault } from "../faults/fault.ts";
import { parseFaults } from "../faults/fault-notation.ts";
import { parsedUrl } from "./parsed-url.ts";

/** What a request is for, and what its URL asks to go wrong. */
export interface RequestTarget {
  readonly path: string;
  readonly query: URLSearchParams;
  /** From a path that begins with `/faults/…`; see `parseFaults`. */
  readonly faults: readonly Fault[];
}

/**
 * Reads a request's URL. One that cannot be read is a path that nothing answers.
 *
 * @throws EmulatorError `invalid-options` where the faults in it are none
 */
export function targetOf({ url = "/" }: IncomingMessage): RequestTarget {
  const base = "http://emulator";
  const { pathname, searchParams: query } = parsedUrl(url, base) ?? new URL("/unreadable", base);
  const [, notation, path = "/"] = /^\/faults\/([^/]*)(\/.*)?$/.exec(pathname) ?? [];
  if (notation === undefined) return { path: pathname, query, faults: [] };
  return { path, query, faults: parseFaults(decoded(notation)) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
