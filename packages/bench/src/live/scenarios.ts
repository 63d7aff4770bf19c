import type { EmulatorOptions } from "@voxpipe/emulator";

export interface Scenario {
  readonly what: string;
  readonly server: EmulatorOptions;
  /** Sessions that others have opened in this minute. */
  readonly others?: number;
}

/** What a session meets with the service as it was measured live: its delays and its word times are in all of them. */
export const scenarios: readonly Scenario[] = [
  { what: "nothing goes wrong", server: {} },
  {
    what: "`Begin` is 2 s later than usual, once",
    server: { faults: [{ when: "open", do: { delay: 2_000 }, times: 1 }] },
  },
  {
    what: "the connection drops in the second turn",
    server: { faults: [{ when: { audioMs: 3_500 }, do: "drop", times: 1 }] },
  },
  { what: "it drops once the first final has come", server: { faults: [{ when: "final", do: "drop", times: 1 }] } },
  { what: "it drops at `Terminate`", server: { faults: [{ when: "terminate", do: "drop", times: 1 }] } },
  {
    what: "it goes silent in the second turn",
    server: { faults: [{ when: { audioMs: 3_500 }, do: "half-open", times: 1 }] },
  },
  {
    what: "Error 3005 in the second turn",
    server: { faults: [{ when: { audioMs: 3_500 }, do: { error: 3_005 }, times: 1 }] },
  },
  { what: "no new session is allowed in this minute", server: { sessionLimit: { perMinute: 1 } }, others: 1 },
];
