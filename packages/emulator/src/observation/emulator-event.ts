import type { HandshakeAction, SessionAction } from "../faults/fault.ts";
import type { ObservedMessage, ObservedSession, SessionEnd } from "./observed-session.ts";

/** An event of an emulator. */
export type EmulatorEvent =
  | { readonly type: "connected"; readonly session: ObservedSession }
  | { readonly type: "begun"; readonly session: ObservedSession }
  | { readonly type: "message"; readonly session: ObservedSession; readonly message: ObservedMessage }
  | { readonly type: "fault"; readonly session: ObservedSession; readonly fault: HandshakeAction | SessionAction }
  | { readonly type: "ended"; readonly session: ObservedSession; readonly end: SessionEnd }
  | { readonly type: "token"; readonly status: number };
