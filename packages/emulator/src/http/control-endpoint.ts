import type { IncomingMessage } from "node:http";
import { EmulatorError } from "../emulator-error.ts";
import type { Fault, SessionAction } from "../faults/fault.ts";
import { checkAction, checkFaults } from "../faults/fault-schema.ts";
import type { ObservedSession } from "../observation/observed-session.ts";
import type { JsonReply } from "./token-endpoint.ts";

/** What can be asked of an emulator from outside its process. */
export interface Controls {
  readonly sessions: readonly ObservedSession[];
  readonly faults: readonly Fault[];
  addFaults(faults: readonly Fault[]): void;
  clearFaults(): void;
  misbehave(session: number, action: SessionAction): boolean;
}

const largestBody = 65_536;

/**
 * Answers requests under `/emulator/`, for clients in other processes and languages:
 *
 * - `GET`, `POST` (a JSON list of faults) and `DELETE /emulator/faults`
 * - `GET /emulator/sessions`: what each session has done
 * - `POST /emulator/sessions/3/fault` (an action as JSON): it happens now
 *
 * A body must be `application/json`, and pages of other origins are refused before this is called: no web page can set faults.
 */
export async function answerControl(request: IncomingMessage, path: string, controls: Controls): Promise<JsonReply> {
  try {
    return await answer(`${request.method} ${path}`, request, controls);
  } catch (error) {
    if (error instanceof EmulatorError) return { status: 400, body: { error: error.message } };
    throw error;
  }
}

async function answer(asked: string, request: IncomingMessage, controls: Controls): Promise<JsonReply> {
  const session = /^POST \/emulator\/sessions\/(\d+)\/fault$/.exec(asked)?.[1];
  if (session !== undefined) {
    const happened = controls.misbehave(Number(session), checkAction(await readJson(request)));
    if (happened) return { status: 200, body: { session: Number(session) } };
    return { status: 404, body: { error: `Session ${session} is not open.` } };
  }
  switch (asked) {
    case "GET /emulator/sessions":
      return { status: 200, body: controls.sessions.map(summary) };
    case "POST /emulator/faults":
      controls.addFaults(checkFaults(await readJson(request)));
      return { status: 200, body: controls.faults };
    case "DELETE /emulator/faults":
      controls.clearFaults();
      return { status: 200, body: [] };
    case "GET /emulator/faults":
      return { status: 200, body: controls.faults };
    default:
      return { status: 404, body: { error: `Nothing here answers ${asked}.` } };
  }
}

function summary({ index, state, id, audio, parameters, messages, forgotten }: ObservedSession) {
  return { index, state, id, audio, parameters, messages: messages.length, forgotten };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
    throw new EmulatorError("invalid-options", "The body must be JSON, with `content-type: application/json`.");
  const chunks: Buffer[] = [];
  let size = 0;
  // To destroy the request would end the connection, and no refusal would arrive.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(Buffer.from(chunk));
    size += chunks.at(-1)?.length ?? 0;
    if (size > largestBody) throw new EmulatorError("invalid-options", `The body is longer than ${largestBody} bytes.`);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw new EmulatorError("invalid-options", "The body is not JSON.", { cause });
  }
}
