import { jsonError } from "./json-error.ts";
import { ProtocolError } from "./protocol-error.ts";

const types = ["Terminate", "ForceEndpoint", "UpdateConfiguration", "KeepAlive"] as const;

/** What a client says in text (protocol.md section 3). */
export interface ClientCommand {
  readonly type: (typeof types)[number];
  readonly fields: Readonly<Record<string, unknown>>;
}

/** @throws ProtocolError 3006 where the text is no command */
export function parseCommand(text: string): ClientCommand {
  const unreadable = jsonError(text);
  if (unreadable !== undefined) throw new ProtocolError(3_006, `Invalid JSON: ${unreadable}`);
  const message: unknown = JSON.parse(text);
  if (typeof message !== "object" || message === null || Array.isArray(message))
    throw new ProtocolError(3_006, "Invalid Message: expected a JSON object");
  const { type: given, ...fields }: Record<string, unknown> = { ...message };
  const type = types.find((known) => known === given);
  if (type === undefined) throw new ProtocolError(3_006, `Invalid Message Type: ${shown(given)}`);
  return { type, fields };
}

function shown(type: unknown): string {
  if (typeof type === "string") return type;
  return typeof type === "object" && type !== null ? "not a string" : (JSON.stringify(type) ?? "missing");
}
