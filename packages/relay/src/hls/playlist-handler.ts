import type { Labels } from "@voxpipe/transcript";
import type { RoomLog } from "../log/room-log.ts";
import { createGuard, type GuardOptions } from "../read/guard.ts";
import type { ReadingRooms, RelayHandler } from "../read/handler.ts";
import { refusals, refuse } from "../read/refusals.ts";
import { RelayError } from "../relay-error.ts";
import { within } from "../timing/abort.ts";
import { playlistText } from "./playlist.ts";
import { newestSegment, type SegmentTiming, segmentText } from "./segments.ts";

export interface PlaylistOptions extends GuardOptions, Labels {
  /** Length of a segment, in ms. @default 6000 */
  readonly segmentLength?: number | undefined;
  /**
   * How long after its end a segment is published, in ms. A turn whose final comes later is shown late. As long as the video
   * is behind by more, captions are in sync with it. @default 10_000
   */
  readonly delay?: number | undefined;
  /** The video's MPEG-TS timestamp (90 kHz) at the moment when the room began. @default 0 */
  readonly mpegts?: number | undefined;
  /**
   * Lets caches between serve one response to all: a playlist for 2 s, a segment for an hour. Only if everybody may read what
   * `authorize` lets anybody read. @default false
   */
  readonly shared?: boolean | undefined;
}

/** Segments in a playlist. */
const listed = 10;
/** How long a room stays loaded after a request, and how long one waits for it, in ms. */
const [keptLoaded, patience] = [30_000, 5000];

export function createPlaylistHandler(options: PlaylistOptions, rooms: ReadingRooms): RelayHandler {
  const { segmentLength: length = 6000, delay = 10_000, mpegts = 0, shared = false } = options;
  for (const [name, value, least] of [
    ["segmentLength", length, 1000],
    ["delay", delay, 0],
    ["mpegts", mpegts, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new RelayError("invalid-options", `The option ${name} is ${value}.`, {
        remedy: `Use a whole number from ${least}.`,
      });
  const timing: SegmentTiming = { length, delay };
  const guard = createGuard(options, rooms.onError);
  const cache = shared ? "public" : "private";

  return async (request) => {
    const admission = await guard(request);
    if (admission instanceof Response) return admission;
    const { room, headers } = admission;
    if (rooms.isClosed()) return refuse(refusals.closing, headers);
    if (!rooms.feeds.has(room) && rooms.feeds.size >= rooms.mostRooms) return refuse(refusals.full, headers);
    const feed = rooms.feeds.keep(room, keptLoaded);
    const isLoaded = await within(patience, feed.loaded, late).then(
      () => true,
      () => false,
    );
    if (!isLoaded) return refuse(refusals.late, headers);

    const wanted = new URL(request.url).searchParams.get("segment");
    const origin = originOf(feed.log);
    const newest = origin === undefined ? -1 : newestSegment(timing, Date.now() - origin);
    const respond = (body: string, type: string, seconds: number) =>
      new Response(request.method === "HEAD" ? null : body, {
        headers: {
          "Content-Type": type,
          "Cache-Control": `${cache}, max-age=${seconds}`,
          "X-Content-Type-Options": "nosniff",
          ...headers,
        },
      });
    if (wanted === null) {
      const first = Math.max(0, newest - listed + 1);
      const address = (segment: number) => withSegment(request.url, segment);
      const text = playlistText({ length, first, last: newest, origin: origin ?? 0, address });
      return respond(text, "application/vnd.apple.mpegurl", 2);
    }
    // Never one that is still to come: it would be cached without its words.
    if (!/^\d{1,9}$/.test(wanted) || Number(wanted) > newest) return refuse(refusals.notFound, headers);
    const text = segmentText(feed.log.kept, Number(wanted), timing, options);
    const mapped = text.replace("WEBVTT\n", `WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:${mpegts},LOCAL:00:00:00.000\n`);
    return respond(mapped, "text/vtt; charset=utf-8", 3600);
  };
}

function originOf(log: RoomLog): number | undefined {
  return log.kept[0]?.clock.origin;
}

/** Relative, with all that the request's query has, such as a token. */
function withSegment(url: string, segment: number): string {
  const { searchParams } = new URL(url);
  searchParams.set("segment", String(segment));
  return `?${searchParams}`;
}

function late(): Error {
  return new Error("The room was not loaded in time.");
}
