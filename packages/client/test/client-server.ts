import { type Emulator, type EmulatorOptions, type ScriptedWord, scripted } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { StreamingClient, type StreamingError, type StreamingEvent } from "voxpipe";

/** 50 ms of s16le at 16 kHz that is loud enough to be heard. */
export const frame = new Uint8Array(1600).fill(0x20);

/** Two words in the first second: `Harbor Point`, then silence that ends the turn. */
const script: readonly ScriptedWord[] = [
  { text: "harbor", start: 0, end: 300 },
  { text: "point", start: 300, end: 600 },
];

export interface ClientServer extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly client: StreamingClient;
  /** Everything that reached a handler, in order. */
  readonly events: StreamingEvent[];
  readonly errors: StreamingError[];
}

/** A client and the server that it is to connect to. */
export async function clientServer(
  options: EmulatorOptions = {},
  clientOptions: ConstructorParameters<typeof StreamingClient>[0] = {},
  handlers: { readonly errors: boolean } = { errors: true },
): Promise<ClientServer> {
  const emulator = await startEmulator({ record: true, engine: scripted(script), ...options });
  const client = new StreamingClient({
    apiHost: emulator.url,
    apiKey: "example",
    sampleRate: 16_000,
    pace: false,
    connectionRetryDelay: 1,
    ...clientOptions,
  });
  const events: StreamingEvent[] = [];
  const errors: StreamingError[] = [];
  for (const type of ["Begin", "Turn", "SpeechStarted", "Heartbeat", "Termination", "Reconnected", "Warning"] as const)
    client.on(type, (_, event) => events.push(event));
  if (handlers.errors) client.on("Error", (_, error) => errors.push(error));
  return {
    emulator,
    client,
    events,
    errors,
    async [Symbol.asyncDispose]() {
      await client.disconnect();
      await emulator.close();
    },
  };
}
