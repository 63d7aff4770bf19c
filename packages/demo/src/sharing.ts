import { createRelay } from "@voxpipe/relay";
import type { TranscriptEvent } from "@voxpipe/transcript";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";

interface Talk {
  readonly speaker: WritableStreamDefaultWriter<TranscriptEvent>;
  expiry: ReturnType<typeof setTimeout>;
}

/** How long a talk stays open without a word, in ms. */
const expireAfter = 3_600_000;
/** Of one request, in bytes. */
const longestBody = 8_000_000;

/** What pages say, for others to read along. A talk's name is a secret: anyone who knows it may read. */
export function createSharing() {
  const relay = createRelay({ expireAfter });
  const talks = new Map<string, Talk>();

  function begin(name: string): Talk {
    const { readable, writable } = new TransformStream<TranscriptEvent, TranscriptEvent>();
    const speaker = writable.getWriter();
    const talk = { speaker, expiry: setTimeout(() => speaker.close().catch(() => {}), expireAfter).unref() };
    talks.set(name, talk);
    relay
      .publish(name, readable)
      // The page that speaks gets the reason, as the failure of a write.
      .catch((reason) => speaker.abort(reason).catch(() => {}))
      .finally(() => {
        clearTimeout(talk.expiry);
        talks.delete(name);
      });
    speaker.closed.catch(() => {});
    return talk;
  }

  const read = relay.handler({ authorize: () => true });
  const captions = new Hono().get("/captions", (context) => read(context.req.raw));

  /** `PUT /NAME` with the next events of a talk, as a list. Answers once they are taken. */
  const talk = new Hono().put("/:name", bodyLimit({ maxSize: longestBody }), async (context) => {
    const events: unknown = await context.req.json().catch(() => undefined);
    if (!isEvents(events)) return context.text("Send the events of a session, as a list in JSON.", 400);
    const name = context.req.param("name");
    const { speaker, expiry } = talks.get(name) ?? begin(name);
    expiry.refresh();
    try {
      for (const event of events) await speaker.write(event);
    } catch (error) {
      return context.text(`Nobody can read along: ${error}`, 503);
    }
    return context.body(null, 204);
  });
  return { captions, talk };
}

function isEvents(value: unknown): value is readonly TranscriptEvent[] {
  return Array.isArray(value) && value.every(isEvent);
}

function isEvent(value: unknown): value is TranscriptEvent {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
