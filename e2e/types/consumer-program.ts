/** What a user may write, compiled under every TypeScript and module resolution that is promised. It is never run. */
export const program = `
import { createTokenHandler } from "@voxpipe/token";
import {
  connect, type ConnectOptions, StreamingClient, StreamingError, type StreamingEvent, type TurnEvent, tokenFrom,
} from "voxpipe";

const options: ConnectOptions = { token: tokenFrom("/api/token"), sampleRate: 16_000, keytermsPrompt: ["Byrne"] };

export async function transcribe(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const session = connect(options);
  const writer = session.audio.getWriter();
  for await (const chunk of chunks) {
    await writer.ready;
    void writer.write(chunk);
  }
  await writer.close();
  const finals: string[] = [];
  const reader = session.events.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const event: StreamingEvent = next.value;
    if (event.type === "Turn" && event.end_of_turn) finals.push(event.transcript);
    else if (event.type === "Reconnected") console.log(event.lost_ms satisfies number);
  }
  const { reconnects } = await session.closed;
  await session.updateConfiguration({ minTurnSilence: 200 });
  await session[Symbol.asyncDispose]();
  // @ts-expect-error There is no such option.
  connect({ smapleRate: reconnects });
  return finals;
}

export async function withClient(audio: Uint8Array): Promise<void> {
  const client = new StreamingClient({ token: ({ attempt, signal }) => String(attempt + Number(signal.aborted)) });
  client.on("Turn", (self, turn: TurnEvent) => self.keepAlive().then(() => turn.words[0]?.start));
  client.on("Error", (_, error) => {
    if (error instanceof StreamingError && error.code === "unauthorized") console.log(error.retryable);
  });
  const begin = await client.connect({ sampleRate: 16_000 });
  console.log(begin.id.length);
  await client.stream([audio]);
  await client.disconnect({ terminate: true });
}

export const POST: (request: Request) => Promise<Response> = createTokenHandler({
  apiKey: "a-key",
  authorize: (request) => request.headers.get("cookie") ?? false,
});
`;
