import { HttpsProxyAgent } from "https-proxy-agent";
import { SocksProxyAgent } from "socks-proxy-agent";
import { type ConnectOptions, connect, StreamingClient } from "voxpipe";

/** Transcribes and mints over TLS through each proxy, and prints what came of it. An empty URL is no proxy. */
const [apiHost = "", ...proxies] = process.argv.slice(2);

const seen = [];
for (const proxy of proxies) {
  const agent =
    proxy === "" ? undefined : proxy.startsWith("socks") ? new SocksProxyAgent(proxy) : new HttpsProxyAgent(proxy);
  const options: ConnectOptions = { apiKey: "example-key", apiHost, agent, maxConnectionRetries: 0, pace: false };
  seen.push({ finals: await transcribed(options), token: await minted(options) });
}
console.log(JSON.stringify(seen));

async function transcribed(options: ConnectOptions): Promise<unknown> {
  const session = connect({ ...options, sampleRate: 16_000 });
  const writing = new Blob([new Uint8Array(32_000).fill(0x20)]).stream().pipeTo(session.audio);
  writing.catch(() => {});
  const finals: string[] = [];
  try {
    for await (const event of session.events)
      if (event.type === "Turn" && event.end_of_turn) finals.push(event.transcript);
  } catch (error) {
    return String(error);
  }
  return finals;
}

async function minted(options: ConnectOptions): Promise<unknown> {
  try {
    return (await new StreamingClient(options).createTemporaryToken({ expiresInSeconds: 60 })).length > 0;
  } catch (error) {
    return String(error);
  }
}
