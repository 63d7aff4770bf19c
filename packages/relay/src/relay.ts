import { createPlaylistHandler, type PlaylistOptions } from "./hls/playlist-handler.ts";
import { Publisher } from "./publish/publisher.ts";
import type { EventSource } from "./publish/source.ts";
import { createReadHandler, type HandlerOptions, type ReadingRooms, type RelayHandler } from "./read/handler.ts";
import type { Reader } from "./read/reader.ts";
import { ReaderCounts } from "./read/reader-counts.ts";
import { RelayError } from "./relay-error.ts";
import { type RelayOptions, settingsOf } from "./relay-options.ts";
import { checkRoom } from "./room-name.ts";
import { Feeds } from "./rooms/feeds.ts";
import { MemoryStore } from "./stores/memory-store.ts";
import { RedisStore } from "./stores/redis/redis-store.ts";

export interface PublishOptions {
  /** Ends the publication: `publish` rejects with its reason, and the source is cancelled. */
  readonly signal?: AbortSignal | undefined;
}

/** Live captions for many readers. */
export interface Relay extends AsyncDisposable {
  /**
   * Sends the events of a session to the readers of a room, until they end. The room then continues to exist: a later
   * publisher continues behind what is there, and any earlier one that is still alive is refused from then on.
   *
   * Resolves when all events are stored. While Redis is away it waits, partials replace each other, and once 256 finals wait
   * no more events are read. If `events` fails, what came before is stored, and then it rejects with that failure.
   *
   * @throws RelayError `superseded` if another publisher takes over the room; `invalid-room`, `too-many-rooms`,
   * `store-unavailable`, `closed`
   * @example
   * ```ts
   * await relay.publish("lecture-1", session.events);
   * ```
   */
  publish(room: string, events: EventSource, options?: PublishOptions): Promise<void>;
  /**
   * The route from which readers get a room as server-sent events: `?room=NAME`.
   *
   * @throws RelayError `invalid-options`
   */
  handler(options: HandlerOptions): RelayHandler;
  /**
   * The route from which video players get a room's final turns as a live HLS subtitle playlist: `?room=NAME`.
   *
   * @throws RelayError `invalid-options`
   */
  playlist(options: PlaylistOptions): RelayHandler;
  /** What happens in this process now. */
  stats(): { readonly readers: number; readonly rooms: number; readonly publishers: number };
  /** Ends all publications and readers, who reconnect to another process, and the connections to Redis. */
  close(): Promise<void>;
}

/**
 * Live captions for many readers: in memory for one process, over Redis Streams for many.
 *
 * @example
 * ```ts
 * const relay = createRelay({ redis: createClient({ url: process.env.REDIS_URL }) });
 * const read = relay.handler({ authorize: (request, room) => mayRead(request, room) });
 * await relay.publish("lecture-1", session.events);
 * ```
 * @throws RelayError `invalid-options`
 */
export function createRelay(options: RelayOptions = {}): Relay {
  const settings = settingsOf(options);
  const { bounds, expireAfter, limits, heartbeat, stallTimeout, flushTimeout, chunkBytes, onError, redis } = settings;
  const store = redis === undefined ? new MemoryStore({ bounds, expireAfter }) : new RedisStore(redis, { ...settings });
  const feeds = new Feeds(store, bounds);
  const readers = new Set<Reader>();
  const counts = new ReaderCounts(limits);
  const publishers = new Set<{ readonly room: string; readonly publisher: Publisher }>();
  let closed: Promise<void> | undefined;

  const rooms: ReadingRooms = {
    feeds,
    counts,
    readers,
    mostRooms: limits.rooms,
    chunkBytes,
    maxConnectionAge: settings.maxConnectionAge,
    isClosed: () => closed !== undefined,
    onError,
  };
  const checks = setInterval(
    () => {
      const now = performance.now();
      for (const reader of [...readers]) reader.check(now, heartbeat, stallTimeout);
      feeds.tidy(expireAfter);
    },
    Math.max(10, Math.min(heartbeat, stallTimeout) / 4),
  );
  unref(checks);

  async function publish(room: string, events: EventSource, { signal }: PublishOptions = {}): Promise<void> {
    checkRoom(room);
    if (closed) throw closedError();
    const published = new Set([...publishers].map((other) => other.room));
    if (!published.has(room) && published.size >= limits.rooms) throw tooManyRooms(limits.rooms);
    const publisher = new Publisher(events, { store, room, bounds, flushTimeout, onError });
    const entry = { room, publisher };
    publishers.add(entry);
    const onAbort = () => publisher.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      await publisher.run();
    } finally {
      signal?.removeEventListener("abort", onAbort);
      publishers.delete(entry);
    }
  }

  function close(): Promise<void> {
    closed ??= (async () => {
      clearInterval(checks);
      for (const { publisher } of publishers) publisher.abort(closedError());
      for (const reader of [...readers]) reader.leave();
      await store.close();
    })();
    return closed;
  }

  return {
    publish,
    handler: (handlerOptions) => createReadHandler(handlerOptions, rooms),
    playlist: (playlistOptions) => createPlaylistHandler(playlistOptions, rooms),
    stats: () => ({ readers: counts.all, rooms: feeds.size, publishers: publishers.size }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function closedError(): RelayError {
  return new RelayError("closed", "The relay was closed.", { remedy: "Make another with createRelay." });
}

function tooManyRooms(most: number): RelayError {
  return new RelayError("too-many-rooms", `This process publishes to ${most} rooms already.`, {
    remedy: "Raise limits.rooms, or publish from another process.",
    retryable: true,
  });
}

/** Checks do not keep a process running. Browsers' timers are numbers. */
function unref(timer: ReturnType<typeof setInterval>): void {
  if (typeof timer === "object") timer.unref();
}
