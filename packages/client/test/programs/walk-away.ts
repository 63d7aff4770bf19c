import { connect, StreamingClient } from "voxpipe";

/** Goes down several paths against servers that misbehave, and then does nothing more: the process must end by itself. */
const [healthy = "", hanging = "", dropping = "", silent = ""] = process.argv.slice(2);
const options = { apiKey: "example", sampleRate: 16_000, connectionRetryDelay: 1, connectTimeout: 2000 };
const codes: unknown[] = [];
const code = (error: unknown) => codes.push(error instanceof Error && "code" in error ? error.code : String(error));

const closedWell = connect({ ...options, apiHost: healthy });
await closedWell.audio.getWriter().write(new Uint8Array(32_000));
await closedWell.close();

// Nobody looks at any promise of these.
connect({ ...options, apiHost: "ws://127.0.0.1:1" });
connect({ ...options, apiHost: "ws://nonexistent.invalid" });

const aborted = connect({ ...options, apiHost: hanging });
while ((await (await fetch(new URL("/emulator/sessions", hanging.replace("ws", "http")))).json()).length === 0);
aborted.abort();
await aborted.closed.catch(code);

const waiting = connect({ ...options, apiHost: healthy, apiKey: undefined, token: () => new Promise(() => {}) });
waiting.abort();
await waiting.closed.catch(code);

const dropped = connect({ ...options, apiHost: dropping, reconnect: false });
await dropped.closed.catch(code);

const unanswered = connect({ ...options, apiHost: silent, terminationTimeout: 50 });
await unanswered.opened;
await unanswered.close().catch(code);

const client = new StreamingClient({ ...options, apiHost: healthy });
await client.connect();
await client.disconnect({ terminate: true });

for await (const _ of connect({ ...options, apiHost: healthy }).events) break;

process.stdout.write(JSON.stringify(codes));
