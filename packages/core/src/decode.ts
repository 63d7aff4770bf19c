import { safeParse } from "valibot";
import { explainIssue } from "./explain-issue.ts";
import { compileGuard } from "./guard.ts";
import { type ServerEvent, schemas, type UnrecognizedEvent } from "./messages.ts";
import type { Secrets } from "./redact.ts";

/** The service's last word on a connection; with or without `type` on the wire (protocol section 4). */
export interface ErrorFrame {
  readonly type: "Error";
  readonly code: number | undefined;
  readonly text: string;
}

type MessageType = keyof typeof schemas;
const guards = new Map<unknown, ReturnType<typeof compileGuard<ServerEvent>>>(
  Object.entries(schemas).map(([type, schema]) => [type, compileGuard<ServerEvent>(schema)]),
);
const isMessageType = (type: unknown): type is MessageType => guards.has(type);

/** One text message of the service, without the secrets that it repeats. Never throws: what cannot be read says why. */
export function decode(message: string, secrets: Secrets): ServerEvent | ErrorFrame | UnrecognizedEvent {
  const raw = secrets.redactRaw(message);
  let value: unknown;
  try {
    value = raw === message ? JSON.parse(raw) : secrets.parse(message, isMessageType);
  } catch (error) {
    // The engine's message quotes the text.
    return unrecognized(raw, raw === message && error instanceof Error ? error.message : "Not valid JSON");
  }
  if (typeof value !== "object" || value === null) return unrecognized(raw, "Not a JSON object");
  const type = "type" in value ? value.type : undefined;
  const text = "error" in value && typeof value.error === "string" ? value.error : undefined;
  if (type === "Error" || text !== undefined) {
    const code = "error_code" in value ? value.error_code : undefined;
    return { type: "Error", code: typeof code === "number" ? code : undefined, text: text ?? "" };
  }
  if (guards.get(type)?.(value)) return value;
  if (!isMessageType(type)) return unrecognized(raw, `Unknown message type ${JSON.stringify(type)}`);
  return unrecognized(raw, explain(schemas[type], value));
}

function explain(schema: (typeof schemas)[MessageType], value: object): string {
  const issue = safeParse(schema, value).issues?.[0];
  return issue ? explainIssue(issue) : "The message does not match its schema";
}

function unrecognized(raw: string, reason: string): UnrecognizedEvent {
  return { type: "Unrecognized", raw, reason };
}
