import type { SessionAction } from "@voxpipe/emulator";

/** One row of the matrix: a fault, and the circumstances that it needs. */
export interface Scenario {
  /** As URLs and command lines have it. */
  readonly fault: string;
  readonly what: string;
  /**
   * How many connections meet it, from the first on: 1 unless given. Of several faults, the first connection meets the
   * first, and the last meets those that follow.
   */
  readonly sessions?: number | "every";
  /** The credentials: a key unless given; a token that is minted for every attempt, or one that stays the same. */
  readonly token?: "minted" | "fixed";
  /** A time-out ends it. As the audio is at its end by then, the client waits for the Termination as long as this says, in ms. */
  readonly terminationTimeout?: number;
  /** Audio comes over a while, so that a fault at a time falls into it. */
  readonly paced?: true;
}

/** Met by every connection: what it comes to when nothing heals. */
const unhealing: readonly Scenario[] = [
  { fault: "connect:reset", what: "every attempt is reset before 101" },
  { fault: "connect:hang", what: "no handshake is answered", terminationTimeout: 30_000 },
  { fault: "token:refuse=500", what: "HTTP 500 for every token", token: "minted" },
  { fault: "token:refuse=401", what: "HTTP 401 for a token", token: "minted" },
  { fault: "open:hang", what: "Begin never comes", terminationTimeout: 30_000 },
  { fault: "open:close=1011", what: "every connection is closed with 1011 before Begin" },
  { fault: "open:error=3009", what: "too many sessions, always" },
  { fault: "begin:drop", what: "every connection is dropped after Begin" },
  { fault: "begin:half-open", what: "every connection goes half-open after Begin", terminationTimeout: 30_000 },
  { fault: "audio=400:drop", what: "every connection is dropped before its first final" },
  { fault: "audio=400:close=1000", what: "every connection is closed with 1000 before its first final" },
  { fault: "audio=400:error=3005", what: "every connection ends with Error 3005 before its first final" },
  { fault: "finals=2:drop,connect:reset", what: "dropped after two finals, and no attempt gets through" },
  { fault: "finals=2:drop,connect:refuse=503", what: "dropped after two finals, then HTTP 503 for ever" },
  { fault: "finals=2:drop,audio=300:drop", what: "dropped after two finals, then always before another" },
  { fault: "audio=1000:drop", what: "every connection is dropped, and each gets some turns further" },
  { fault: "audio=1000:expire", what: "every connection expires, and each gets some turns further" },
  { fault: "terminate:drop", what: "every connection is dropped at Terminate" },
  { fault: "terminate:close=1000", what: "every connection is closed with 1000 at Terminate" },
  { fault: "terminate:close=1011", what: "every connection is closed with 1011 at Terminate" },
  { fault: "terminate:expire", what: "every connection ends with a Termination at Terminate, before the last final" },
];

/** A message, or what else the short notation has no word for, in mid-stream. */
function message(action: SessionAction): string {
  return JSON.stringify([{ when: { audioMs: 1000 }, do: action }]);
}

/** Every kind of fault, at every kind of moment at least once. */
export const scenarios: readonly Scenario[] = [
  { fault: "connect:refuse=503", what: "HTTP 503" },
  { fault: "connect:refuse=429", what: "HTTP 429" },
  { fault: "connect:refuse=401", what: "HTTP 401", sessions: "every" },
  { fault: "connect:refuse=403", what: "HTTP 403", sessions: "every" },
  {
    fault: "connect=0.5@36:drop",
    what: "attempts dropped before 101 with a probability of 50 %: two",
    sessions: "every",
  },
  { fault: "connect:reset", what: "reset before 101" },
  { fault: "connect:hang", what: "no answer to the handshake", terminationTimeout: 30_000 },
  { fault: "connect:delay=200", what: "101 is late" },
  { fault: "token:refuse=500", what: "HTTP 500 for a token, once", token: "minted" },
  { fault: "token:drop", what: "the request for a token is dropped, once", token: "minted" },
  { fault: "token:reset", what: "the request for a token is reset, once", token: "minted" },
  { fault: "token:delay=200", what: "the token is late", token: "minted" },
  { fault: "token:hang", what: "no answer to the request for a token", token: "minted", terminationTimeout: 30_000 },
  { fault: "open:hang", what: "101, and no Begin", terminationTimeout: 30_000 },
  { fault: "open:delay=200", what: "Begin is late" },
  { fault: "open:drop", what: "dropped before Begin" },
  { fault: "open:half-open", what: "101, and not even a pong", terminationTimeout: 30_000 },
  { fault: "open:close=1011", what: "closed with 1011 before Begin" },
  { fault: "open:error=1008", what: "credentials refused by Error and close", sessions: "every" },
  { fault: "open:error=3009", what: "too many sessions, once" },
  { fault: "open:error=3006", what: "a parameter refused before Begin", sessions: "every" },
  { fault: "open:invalid-json", what: "text that is no JSON before Begin" },
  { fault: "open:unknown-message", what: "a message of an unknown type before Begin" },
  {
    fault: "begin:drop,open:refuse-used-token",
    what: "dropped, then the token refused where it was used before; a new token for each attempt",
    sessions: "every",
    token: "minted",
  },
  {
    fault: "begin:drop,open:refuse-used-token",
    what: "the same with one token for all attempts",
    sessions: "every",
    token: "fixed",
  },
  { fault: "begin:drop", what: "dropped right after Begin" },
  { fault: "begin:drip=16@1", what: "every message in fragments of 16 bytes" },
  { fault: "begin:unknown-fields", what: "unknown fields in every message" },
  { fault: "partial:drop", what: "dropped after the first partial" },
  { fault: "final:drop", what: "dropped after the first final" },
  { fault: "finals=2:close=1013", what: "closed with 1013 after the second final" },
  { fault: "messages=20:reset", what: "reset after 20 messages" },
  { fault: "after=60:drop", what: "dropped 60 ms after 101", paced: true },
  { fault: "chance=0.05@7:reset", what: "reset at any message with a probability of 5 %" },
  { fault: "audio=1000:drop", what: "dropped in mid-stream" },
  { fault: "audio=1000:hang", what: "nothing comes any more, pings are answered", terminationTimeout: 30_000 },
  { fault: "audio=1000:stall", what: "nothing is read any more", terminationTimeout: 30_000 },
  { fault: "audio=1000:stall=300", what: "nothing is read for 300 ms" },
  { fault: "audio=1000:half-open", what: "the connection stays open, nothing is answered", terminationTimeout: 30_000 },
  { fault: "audio=1000:delay=300", what: "everything is 300 ms late" },
  { fault: "audio=1000:close=1000", what: "closed with 1000, unasked" },
  { fault: "audio=1000:close=1005", what: "a close frame without a code" },
  { fault: "audio=1000:close=1008", what: "closed with 1008" },
  { fault: "audio=1000:close=1011", what: "closed with 1011" },
  { fault: "audio=1000:close=3005", what: "closed with 3005" },
  { fault: "audio=1000:close=4031", what: "closed with a legacy code" },
  { fault: "audio=1000:close=65535", what: "a close frame with a code that nobody should send" },
  { fault: "audio=1000:error=3005", what: "Error 3005, then its close" },
  { fault: "audio=1000:error=3008", what: "the session expires by Error 3008" },
  { fault: "audio=1000:error=3006", what: "Error 3006, then its close" },
  { fault: "audio=1000:error=3007", what: "Error 3007, then its close" },
  { fault: message({ error: 3005, typed: false }), what: "Error 3005 without a type, then its close" },
  { fault: message({ error: 3006, typed: false }), what: "Error 3006 without a type, then its close" },
  { fault: message({ error: 3005, close: false }), what: "Error 3005, and the connection stays open" },
  { fault: message({ error: 3006, close: false }), what: "Error 3006, and the connection stays open" },
  { fault: message({ error: 3005, close: 1000 }), what: "Error 3005, then a close 1000" },
  { fault: "audio=1000:expire", what: "the session expires by a Termination" },
  { fault: "audio=1000:invalid-json", what: "text that is no JSON" },
  { fault: "audio=1000:unknown-message", what: "a message of an unknown type" },
  { fault: "audio=1000:schema-violation", what: "a Turn with fields of the wrong types" },
  { fault: message({ send: "" }), what: "an empty text" },
  { fault: message({ send: null }), what: "JSON that is no object" },
  { fault: message({ send: { type: "Warning", warning_code: 1, warning: "soon" } }), what: "a Warning" },
  { fault: message({ send: { type: "Begin", id: "again", expires_at: 1 } }), what: "a second Begin" },
  { fault: "audio=1000:duplicate-final", what: "a final comes twice" },
  { fault: "terminate:drop", what: "dropped at Terminate" },
  { fault: "terminate:reset", what: "reset at Terminate" },
  { fault: "terminate:close=1000", what: "closed with 1000 at Terminate, before the last final" },
  { fault: "terminate:close=1005", what: "a close frame without a code at Terminate" },
  { fault: "terminate:close=1011", what: "closed with 1011 at Terminate" },
  { fault: "terminate:error=3005", what: "Error 3005 at Terminate, then its close" },
  { fault: "terminate:error=3006", what: "Error 3006 at Terminate, then its close" },
  { fault: "terminate:expire", what: "a Termination at Terminate, before the last final" },
  { fault: "terminate:delay=200", what: "the end is late" },
  {
    fault: "terminate:no-termination",
    what: "Terminate is obeyed and not confirmed",
    sessions: "every",
    terminationTimeout: 5_000,
  },
  { fault: "terminate:half-open", what: "the connection goes half-open at Terminate", terminationTimeout: 5_000 },
  { fault: "terminate:hang", what: "nothing comes any more from Terminate on", terminationTimeout: 5_000 },
  ...unhealing.map((scenario) => ({ ...scenario, sessions: "every" as const })),
];
