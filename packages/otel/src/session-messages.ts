import type { SessionDiagnostics } from "voxpipe";

/** Where sessions in Node publish what happens to them. */
export const channelName = "voxpipe:session";

/**
 * A message of the channel, or undefined for what another version of voxpipe may publish there: an unknown message changes
 * nothing.
 */
export function readMessage(message: unknown): SessionDiagnostics | undefined {
  return isMessage(message) ? message : undefined;
}

const types = new Set(["connecting", "begun", "disconnected", "turn", "closed"]);

function isMessage(message: unknown): message is SessionDiagnostics {
  if (typeof message !== "object" || message === null) return false;
  const type: unknown = Reflect.get(message, "type");
  return typeof type === "string" && types.has(type) && typeof Reflect.get(message, "session") === "number";
}
