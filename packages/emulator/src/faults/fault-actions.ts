import type { Connection } from "../connection/connection.ts";
import { closeReason } from "../session/protocol-error.ts";
import { tooManySessions } from "../session/session-limit.ts";
import type { SessionAction } from "./fault.ts";

/** The actions of a session that faults use. */
export interface FaultTarget {
  readonly connection: Connection;
  readonly quirks: Quirks;
  /** Sends a text unchanged. */
  sendRaw(text: string): void;
  /** Ends the session with a close frame. */
  close(code: number, reason: string): void;
  /** Ends the session without a close frame. */
  end(): void;
  /** Ends the session with a Termination. */
  expire(): void;
}

/** Faults that take effect later, when the session does what they change. */
export interface Quirks {
  noTermination: boolean;
  duplicateFinal: boolean;
  unknownFields: boolean;
  refusesUsedToken: boolean;
}

type Act = (target: FaultTarget) => void;

const plainActions: Readonly<Record<Extract<SessionAction, string>, Act>> = {
  drop(target) {
    target.connection.drop();
    target.end();
  },
  reset(target) {
    target.connection.reset();
    target.end();
  },
  hang: ({ connection }) => connection.mute(),
  stall: ({ connection }) => connection.stall(),
  "half-open": ({ connection }) => connection.halfOpen(),
  "no-termination": ({ quirks }) => {
    quirks.noTermination = true;
  },
  "refuse-used-token": ({ quirks }) => {
    quirks.refusesUsedToken = true;
  },
  "too-many-sessions": (target) => sendError({ error: 1_008, text: tooManySessions }, target),
  "duplicate-final": ({ quirks }) => {
    quirks.duplicateFinal = true;
  },
  "unknown-fields": ({ quirks }) => {
    quirks.unknownFields = true;
  },
  "invalid-json": (target) => target.sendRaw('{"type":"Turn","transcript":"cut off in the mid'),
  "unknown-message": (target) => target.sendRaw(JSON.stringify({ type: "FromTheFuture", detail: { level: 3 } })),
  "schema-violation": (target) =>
    target.sendRaw(JSON.stringify({ turn_order: "first", words: null, transcript: 7, type: "Turn" })),
  expire: (target) => target.expire(),
};

/** Applies a fault. */
export function applyFault(action: SessionAction, target: FaultTarget): void {
  const { connection } = target;
  if (typeof action === "string") plainActions[action](target);
  else if ("error" in action) sendError(action, target);
  else if ("close" in action) target.close(action.close, action.reason ?? "");
  else if ("delay" in action) connection.delay(action.delay);
  else if ("stall" in action) connection.stall(action.stall);
  else if ("drip" in action) connection.drip(action.drip, action.everyMs);
  else target.sendRaw(typeof action.send === "string" ? action.send : JSON.stringify(action.send));
}

function sendError(action: Extract<SessionAction, { error: number }>, target: FaultTarget): void {
  const { error: code, text = `Error ${code}`, typed = true, close = true } = action;
  target.sendRaw(JSON.stringify({ ...(typed && { type: "Error" }), error_code: code, error: text }));
  if (close !== false) target.close(close === true ? code : close, closeReason);
}

/** A message with unknown fields of every shape. */
export function withUnknownFields<Message extends object>(message: Message): Message {
  return { x_note: "new", x_level: 3, x_detail: { list: [1, null, "two"] }, x_absent: null, ...message };
}
