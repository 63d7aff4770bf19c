import { connect, StreamingError, tokenFrom } from "voxpipe";
import { tone } from "./audio.ts";

/** What came of a visit: what was understood, or why nothing was. */
export interface Visit {
  readonly finals: readonly string[];
  readonly reconnects?: number;
  readonly failure?: { readonly code: string; readonly status: number | undefined; readonly message: string };
}

/** A page's script: it transcribes three seconds of a tone, with tokens of the server that it came from. */
async function transcribe(apiHost: string): Promise<Visit> {
  const session = connect({
    apiHost,
    token: tokenFrom("/api/token"),
    sampleRate: 16_000,
    pace: false,
    connectionRetryDelay: 10,
  });
  const writing = new Blob([Uint8Array.from(tone(3))]).stream().pipeTo(session.audio);
  const finals: string[] = [];
  try {
    for await (const event of session.events)
      if (event.type === "Turn" && event.end_of_turn) finals.push(event.transcript);
    await writing;
    const { reconnects } = await session.closed;
    return { finals, reconnects };
  } catch (error) {
    await writing.catch(() => {});
    if (!(error instanceof StreamingError)) throw error;
    const { code, status, message } = error;
    return { finals, failure: { code, status, message } };
  }
}

declare global {
  var visit: (apiHost: string) => Promise<Visit>;
}
globalThis.visit = transcribe;
