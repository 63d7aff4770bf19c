import * as v from "valibot";
import { explain } from "./fields.ts";
import type { Message } from "./provider.ts";

/** How one kind of message is read. */
interface EventReader {
  read(message: object): Message;
}

/** Reads messages of one `event` by a schema. */
export function reader<const S extends v.GenericSchema>(
  schema: S,
  toMessage: (message: v.InferOutput<S>, raw: object) => Message,
): EventReader {
  return {
    read(message) {
      const result = v.safeParse(schema, message);
      if (result.success) return toMessage(result.output, message);
      const event = eventOf(message);
      const reason = explain(event, result.issues);
      return { type: "invalid", reason, ...(isStart(event) && { start: "invalid-start" as const }) };
    },
  };
}

function isStart(event: string): boolean {
  return event === "start" || event === "websocket:connected";
}

function eventOf(message: object): string {
  return "event" in message && typeof message.event === "string" ? message.event.slice(0, 64) : "";
}

/** Reads a message by its `event`. Those that have no reader but are the provider's are of no use here. */
export function byEvent(readers: ReadonlyMap<string, EventReader>, message: object): Message {
  const event = eventOf(message);
  if (event === "") return { type: "invalid", reason: "A message without `event`" };
  return readers.get(event)?.read(message) ?? { type: "other" };
}
