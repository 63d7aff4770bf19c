import { AssemblyAI, type TurnEvent } from "assemblyai";

/**
 * One session of the vendor's own client, unchanged, printed as a line of JSON. Its certificate authority comes with
 * `NODE_EXTRA_CA_CERTS`, as it would in anybody's tests.
 */
const [host = "", apiKey = "", how = "key"] = process.argv.slice(2);
const client = new AssemblyAI({ apiKey, streamingBaseUrl: `https://${host}` });
const credentials =
  how === "token" ? { token: await client.streaming.createTemporaryToken({ expires_in_seconds: 60 }) } : { apiKey };
const transcriber = client.streaming.transcriber({
  ...credentials,
  websocketBaseUrl: `wss://${host}/v3/ws`,
  sampleRate: 16_000,
  formatTurns: true,
  speechModel: "universal-streaming-english",
  connectTimeout: 10_000,
});

const turns: TurnEvent[] = [];
let wake = () => {};
transcriber.on("turn", (turn) => {
  turns.push(turn);
  wake();
});
const finals = () => turns.filter((turn) => turn.end_of_turn).map((turn) => turn.transcript);

try {
  const begin = await transcriber.connect();
  send(0, 1_500, 8_000);
  send(1_500, 1_500, 0);
  await until(() => finals().length === 1);
  transcriber.updateConfiguration({ min_turn_silence: 300 });
  transcriber.keepAlive();
  send(3_000, 1_000, 8_000);
  transcriber.forceEndpoint();
  await until(() => finals().length === 2);
  send(4_000, 1_000, 8_000);
  await transcriber.close();
  const partials = turns.filter((turn) => !turn.end_of_turn).length;
  console.log(JSON.stringify({ id: begin.id, finals: finals(), partials }));
} catch (error) {
  console.log(JSON.stringify({ failed: error instanceof Error ? error.message : String(error) }));
}

/** Sends `ms` of a tone of this amplitude, or of silence, in messages of 50 ms. */
function send(fromMs: number, ms: number, amplitude: number): void {
  for (let sent = 0; sent < ms; sent += 50) {
    const samples = Int16Array.from({ length: 800 }, (_, index) =>
      Math.round(amplitude * Math.sin((2 * Math.PI * 440 * ((fromMs + sent) * 16 + index)) / 16_000)),
    );
    transcriber.sendAudio(samples.buffer);
  }
}

function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    wake = () => condition() && resolve();
    wake();
  });
}
