import { type Position, parsePosition } from "../log/position.ts";
import type { RelayError } from "../relay-error.ts";
import type { Feeds } from "../rooms/feeds.ts";
import { createGuard, type GuardOptions } from "./guard.ts";
import { Reader } from "./reader.ts";
import type { ReaderCounts } from "./reader-counts.ts";
import { refusals, refuse } from "./refusals.ts";

/** A route: the shape that Hono, Next, SvelteKit, Remix, Bun, Deno and Workers call, and that bridges give to Node's servers. */
export type RelayHandler = (request: Request) => Promise<Response>;

export interface HandlerOptions extends GuardOptions {}

/** What handlers share with the relay that they are of. */
export interface ReadingRooms {
  readonly feeds: Feeds;
  readonly counts: ReaderCounts;
  readonly readers: Set<Reader>;
  readonly mostRooms: number;
  readonly chunkBytes: number;
  readonly maxConnectionAge: number;
  readonly isClosed: () => boolean;
  readonly onError: (error: RelayError) => void;
}

/** Nothing between may store, compress, change or hold back what is sent. */
const streamHeaders = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
  "X-Content-Type-Options": "nosniff",
};

/** Readers of a server that ends come back within this time after it, in ms, and not all at once. */
const [soonestRetry, latestRetry] = [1000, 4000];
/** An id from further in the future is none of ours, in ms: no two clocks differ by a day. */
const mostAhead = 86_400_000;

export function createReadHandler(options: HandlerOptions, rooms: ReadingRooms): RelayHandler {
  const guard = createGuard(options, rooms.onError);
  const { feeds, counts, readers } = rooms;

  return async (request) => {
    const admission = await guard(request);
    if (admission instanceof Response) return admission;
    const { room, identity, headers } = admission;
    if (rooms.isClosed()) return refuse(refusals.closing, headers);
    const full = !feeds.has(room) && feeds.size >= rooms.mostRooms ? refusals.full : undefined;
    const refusal = full ?? counts.refusal(room, identity);
    if (refusal) return refuse(refusal, headers);
    if (request.method === "HEAD") return new Response(null, { headers: { ...streamHeaders, ...headers } });

    const { feed, release } = feeds.use(room);
    counts.add(room, identity);
    const leave = () => reader.leave();
    const reader = new Reader(feed, {
      position: positionOf(request),
      chunkBytes: rooms.chunkBytes,
      // Those who came at the same time do not leave at the same time.
      endsAt: performance.now() + rooms.maxConnectionAge * (0.9 + 0.1 * Math.random()),
      retry: soonestRetry + Math.random() * (latestRetry - soonestRetry),
      onEnd() {
        request.signal.removeEventListener("abort", leave);
        readers.delete(reader);
        counts.remove(room, identity);
        release();
      },
    });
    readers.add(reader);
    request.signal.addEventListener("abort", leave, { once: true });
    if (request.signal.aborted) leave();
    return new Response(reader.stream, { headers: { ...streamHeaders, ...headers } });
  };
}

/**
 * Up to where the reader says that it has everything: EventSource in a header, others in a query parameter. What is no
 * position of ours counts as none. A forged one only moves the reader in the room that it may read.
 */
function positionOf({ headers, url }: Request): Position | undefined {
  const text = headers.get("last-event-id") ?? new URL(url).searchParams.get("lastEventId") ?? "";
  const position = parsePosition(text);
  return position && position.fence <= Date.now() + mostAhead ? position : undefined;
}
