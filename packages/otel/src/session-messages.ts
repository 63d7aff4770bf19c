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

const types = new Set(["connecting", "begun", "disconnected", "turn", "read", "closed"]);

function isMessage(message: unknown): message is SessionDiagnostics {
  if (typeof message !== "object" || message === null) return false;
  const type: unknown = Reflect.get(message, "type");
  if (typeof type !== "string" || !types.has(type) || typeof Reflect.get(message, "session") !== "number") return false;
  return type !== "read" || isRead(message);
}

/** Whether it has the numbers that histograms take. */
function isRead(message: object): boolean {
  const reading: unknown = Reflect.get(message, "reading");
  const capture: unknown = Reflect.get(message, "captureMs");
  return (
    (reading === "first-partial" || reading === "end-of-turn") &&
    (capture === undefined || Number.isFinite(capture)) &&
    ["sendMs", "serviceMs", "readerMs"].every((name) => Number.isFinite(Reflect.get(message, name)))
  );
}
